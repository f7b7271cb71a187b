"""Makes of an upload what may be shown. Runs as a process of its own, with bounds on memory and time: `confined`. Pure.

`python -m citytandem.files.preparing FOLDER MEMORY SECONDS`: reads FOLDER/raw, writes the variants beside it, and prints
what it found as JSON. It has no settings, no database and no network to talk to.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any


def main(folder: Path, *, memory: int, seconds: int) -> dict[str, Any]:
    """What was made: `{"media_type", "width", "height", "variants": {name: media type}}` or `{"refused": reason}`."""
    _bound(memory=memory, seconds=seconds)
    from citytandem.files.refusals import Reason, Refused

    try:
        return _prepared(folder)
    except Refused as refused:
        return {"refused": refused.reason}
    except MemoryError:
        return {"refused": Reason.DEMANDING}


def _bound(*, memory: int, seconds: int) -> None:
    """Before anything of the upload is read. No core dump: it would hold what people sent."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory, memory))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _prepared(folder: Path) -> dict[str, Any]:
    from citytandem.files.inspection import PDF, inspect
    from citytandem.files.limits import LIMITS
    from citytandem.files.packages import PACKAGES, package_rewritten
    from citytandem.files.pdfs import pdf_rewritten
    from citytandem.files.texts import text_rewritten

    content = (folder / "raw").read_bytes()
    finding = inspect(content)
    if finding.is_picture:
        return _drawn(folder, content, finding.media_type)
    if finding.media_type == PDF:
        rewritten = pdf_rewritten(content, limits=LIMITS)
    elif finding.media_type in PACKAGES:
        rewritten = package_rewritten(content, limits=LIMITS)
    else:
        rewritten = text_rewritten(content, limits=LIMITS)
    (folder / "file").write_bytes(rewritten)
    return {"media_type": finding.media_type, "width": None, "height": None, "variants": {"file": finding.media_type}}


def _drawn(folder: Path, content: bytes, media_type: str) -> dict[str, Any]:
    from citytandem.files.inspection import WEBP
    from citytandem.files.limits import LIMITS
    from citytandem.files.pictures import picture_drawn

    drawn = picture_drawn(content, media_type=media_type, limits=LIMITS)
    for name in ("large", "medium", "small"):
        (folder / name).write_bytes(getattr(drawn, name))
    variants = {"large": drawn.media_type, "medium": WEBP, "small": WEBP}
    return {"media_type": drawn.media_type, "width": drawn.width, "height": drawn.height, "variants": variants}


if __name__ == "__main__":
    told = main(Path(sys.argv[1]), memory=int(sys.argv[2]), seconds=int(sys.argv[3]))
    sys.stdout.write(json.dumps(told))

"""The check runs in a process that cannot take more than it is given."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from citytandem.files import confined
from citytandem.files.confined import prepared
from citytandem.files.limits import LIMITS
from citytandem.files.refusals import Reason, Refused
from tests.unit.files.making import SECRET, as_content, deflated, docx, pdf, picture, saved, telling_picture

MEGABYTE = 1_048_576


# A process of its own: `ru_maxrss` of children is the most of all so far, and theirs starts at their parent's.
MEASURE = """
import pathlib, resource, sys
from citytandem.files.confined import prepared
with prepared(pathlib.Path(sys.argv[1]).read_bytes()) as made:
    print(made.width, made.height, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1_024)
"""


def prepared_elsewhere(content: bytes, folder: Path) -> tuple[int, int, int]:
    """Width and height of what is made, and the most memory it took in megabytes."""
    (folder / "content").write_bytes(content)
    command = [sys.executable, "-c", MEASURE, str(folder / "content")]
    told = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    return int(told[0]), int(told[1]), int(told[2])


def test_a_picture_comes_back_in_three_sizes_and_leaves_nothing_behind() -> None:
    with prepared(telling_picture("JPEG", picture((900, 600)))) as made:
        assert (made.media_type, made.width, made.height) == ("image/jpeg", 900, 600)
        assert list(made.variants) == ["large", "medium", "small"]
        assert all(SECRET.encode() not in path.read_bytes() for path in made.variants.values())
        folder = made.variants["large"].parent
    assert not folder.exists()


def test_a_document_comes_back_as_one_file() -> None:
    with prepared(docx()) as made:
        assert list(made.variants) == ["file"]
        assert (made.width, made.height) == (None, None)


def test_the_largest_pictures_fit_into_what_the_process_gets(tmp_path: Path) -> None:
    """Fifty million pixels with holes, in the format that needs the most memory."""
    side = int(LIMITS.pixels**0.5)
    content = saved(Image.new("RGBA", (side, side), (9, 99, 199, 128)), "WEBP", quality=10, method=0)
    width, height, memory = prepared_elsewhere(content, tmp_path)
    assert (width, height) == (2_560, 2_560)
    assert 300 < memory < LIMITS.memory / MEGABYTE


def test_who_needs_more_memory_than_there_is_is_refused() -> None:
    content = saved(Image.new("RGB", (6_000, 6_000)), "WEBP", quality=10, method=0)
    with pytest.raises(Refused) as refused, prepared(content, limits=replace(LIMITS, memory=220 * MEGABYTE)):
        pass
    assert refused.value.reason in {Reason.DEMANDING, Reason.BROKEN}


@pytest.mark.parametrize("bound", [{"processor_seconds": 1}, {"seconds": 1}])
def test_who_needs_more_time_than_there_is_is_refused(bound: dict[str, int]) -> None:
    content = saved(
        Image.effect_noise((2_500, 2_500), 60).resize((7_000, 7_000)).convert("RGB"), "WEBP", quality=5, method=0
    )
    begin = time.monotonic()
    with pytest.raises(Refused) as refused, prepared(content, limits=replace(LIMITS, **bound)):
        pass
    assert refused.value.reason == Reason.DEMANDING
    assert time.monotonic() - begin < 30


def test_a_bomb_takes_neither_memory_nor_time() -> None:
    content = pdf(as_content(deflated(1_000_000_000), "/FlateDecode"))
    begin = time.monotonic()
    with pytest.raises(Refused) as refused, prepared(content):
        pass
    assert refused.value.reason == Reason.BOMB
    assert time.monotonic() - begin < 30


def test_the_process_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}
    run = confined.subprocess.run

    def watched(*args: object, **how: object) -> object:
        seen.update(how["env"])  # type: ignore[call-overload]
        return run(*args, **how)  # type: ignore[call-overload]

    monkeypatch.setenv("CITYTANDEM_SECRET_KEY", "secret")
    monkeypatch.setattr(confined.subprocess, "run", watched)
    with prepared(b"A text.\n"):
        pass
    assert "secret" not in seen.values()
    assert set(seen) == {"PATH", "PYTHONPATH", "OMP_NUM_THREADS", "LC_ALL"}

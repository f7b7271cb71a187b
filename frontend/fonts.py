"""Cut Fira Sans into small woff2 files, one per script, so that a page loads only what it shows.

The fonts come with the design system (@kern-ux/native). Whole, one weight is 130 KB; a German page
needs the Latin part of two weights. The unicode-range in the stylesheet lets the browser choose.
Called by build.mjs; needs fonttools and brotli.

    python3 fonts.py SOURCE_FOLDER TARGET_FOLDER
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from fontTools import subset

# What KERN uses: body and labels, and headings, titles, strong text. Its 500 (sublines) falls back to 400.
WEIGHTS = {400: "FiraSans-Regular", 600: "FiraSans-SemiBold"}

# Latin holds what the western languages and the page's own signs need; the rest of Latin (Polish,
# Romanian, Czech…) is a file of its own because most pages do without.
RANGES = {
    "latin": "U+0020-007E, U+00A0-00FF, U+0131, U+0152-0153, U+02C6, U+02DA, U+02DC, U+2000-200B, U+2010-2015, "
    "U+2018-201E, U+2020-2022, U+2026, U+2030, U+2032-2033, U+2039-203A, U+2044, U+20AC, U+2116, U+2122, "
    "U+2190-2193, U+2196-2199, U+2212, U+2215, U+2248, U+2260, U+2264-2265",
    "latin-ext": "U+0100-0130, U+0132-0151, U+0154-024F, U+0259, U+02C7, U+02D8-02D9, U+02DB, U+02DD, U+1E00-1EFF, "
    "U+20A0-20AB, U+20AD-20BF",
    "greek": "U+0370-03FF, U+1F00-1FFF",
    "cyrillic": "U+0400-052F",
}

# Small capitals, old-style figures and stylistic sets are two thirds of the file and unused.
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "calt", "tnum", "lnum", "case"]


def cut(source: Path, target: Path, *, unicodes: str) -> None:
    """Write the part of `source` that covers `unicodes` (CSS notation) to `target`."""
    options = subset.Options(
        flavor="woff2",
        layout_features=FEATURES,
        hinting=False,
        desubroutinize=True,
        name_IDs=[0, 1, 2, 4, 5, 6, 13, 14],
        notdef_outline=True,
    )
    font = subset.load_font(str(source), options)
    # A fixed date keeps the output the same from one build to the next.
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=subset.parse_unicodes(unicodes.replace("U+", "").replace(", ", ",")))
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


def main(source: Path, target: Path) -> None:
    """Cut every weight into every range; print the list that the stylesheet is written from."""
    # The fonts set bits that their table version does not define; browsers ignore them.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    target.mkdir(parents=True, exist_ok=True)
    faces = []
    for weight, name in WEIGHTS.items():
        for script, unicodes in RANGES.items():
            file = f"fira-sans-{weight}-{script}.woff2"
            cut(source / f"{name}.woff2", target / file, unicodes=unicodes)
            faces.append({"weight": weight, "file": file, "range": unicodes})
    json.dump(faces, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

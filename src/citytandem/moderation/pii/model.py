"""What was found, and how it is hidden. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NAME = "name"
TELEPHONE = "telephone"
EMAIL = "email"
PLATE = "plate"
IBAN = "iban"
CARD = "card"
NATIONAL_ID = "national_id"
ADDRESS = "address"
KINDS = (NAME, TELEPHONE, EMAIL, PLATE, IBAN, CARD, NATIONAL_ID, ADDRESS)

# Where two readings of the same characters meet, the one with the stricter form wins.
_STRICTNESS = {
    kind: rank for rank, kind in enumerate((EMAIL, IBAN, NATIONAL_ID, CARD, PLATE, TELEPHONE, ADDRESS, NAME))
}
_BLOCK = "█"


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data in a text: `text` is `original[start:end]`; certainty in [0, 1]."""

    kind: str
    start: int
    end: int
    text: str
    certainty: float


def without_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    """In the order of the text. Of findings that overlap the stricter kind stays, then the surer, then the longer one."""
    order = sorted(findings, key=lambda f: (_STRICTNESS[f.kind], -f.certainty, f.start - f.end, f.start))
    taken: set[int] = set()
    kept = []
    for finding in order:
        places = range(finding.start, finding.end)
        if taken.isdisjoint(places):
            taken.update(places)
            kept.append(finding)
    return sorted(kept, key=lambda f: f.start)


def mask(text: str, findings: Sequence[Finding], *, marks: Mapping[str, str] | None = None) -> str:
    """`text` with each finding replaced by the mark of its kind.

    Without `marks` (or for a kind that has none) by blocks of the same length, so that every other character keeps its
    place and line ends stay.
    """
    parts = []
    at = 0
    for finding in sorted(findings, key=lambda f: f.start):
        if finding.start < at:
            continue
        hidden = "".join("\n" if c == "\n" else _BLOCK for c in text[finding.start : finding.end])
        parts += [text[at : finding.start], (marks or {}).get(finding.kind, hidden)]
        at = finding.end
    return "".join(parts) + text[at:]

"""Why a text waits, in words; and where in the text the reasons lie."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Found by the automatic check; each group can be chosen in the queue.
PERSONAL, WORDS, LINKS, SPAM = "pii", "words", "links", "spam"
# Said by people, or known of the sender.
REPORT, MODERATOR, VISITOR, EDITED, REMOVED_BEFORE = "report", "moderator", "visitor", "edited", "removed_before"

LABELS: dict[str, str | Promise] = {
    PERSONAL: _("Personal data"),
    "pii.name": _("Name of a person"),
    "pii.telephone": _("Telephone number"),
    "pii.email": _("E-mail address"),
    "pii.plate": _("Licence plate"),
    "pii.iban": _("Bank account number"),
    "pii.card": _("Number of a credit card"),
    "pii.national_id": _("Number of an identity card or a tax number"),
    "pii.address": _("Home address"),
    WORDS: _("Word that the city has blocked"),
    LINKS: _("Link that the city has blocked"),
    SPAM: _("Looks like spam"),
    "spam.honeypot": _("Spam: a hidden field was filled in"),
    "spam.too_fast": _("Spam: written too fast for a person"),
    "spam.rate": _("Spam: many texts in a short time"),
    "spam.links": _("Spam: many links"),
    "spam.shortener": _("Spam: a link that hides where it leads"),
    "spam.capitals": _("Spam: nearly all in capitals"),
    "spam.repeated": _("Spam: the same letters again and again"),
    "spam.mixed_scripts": _("Spam: letters of several scripts in one word"),
    "spam.language": _("Spam: another script than the nine languages"),
    "spam.copy": _("Spam: nearly the same as another text"),
    REPORT: _("Reported by somebody"),
    MODERATOR: _("Taken up by a moderator"),
    VISITOR: _("Sent without a sign-in"),
    EDITED: _("Changed by the author since"),
    REMOVED_BEFORE: _("Was taken down before"),
}
GROUPS = (PERSONAL, WORDS, LINKS, SPAM, REPORT, MODERATOR, VISITOR, EDITED, REMOVED_BEFORE)
# These say that the thing is hidden; a report alone hides nothing.
VISIBLE = frozenset({REPORT, MODERATOR})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. `label`: why it is marked; empty for the rest."""

    text: str
    label: str | Promise = ""


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """A reason in words, and how often it was found."""

    code: str
    label: str | Promise
    count: int = 1


def label_of(code: str) -> str | Promise:
    """A reason in words; of a code that is no longer known, its group."""
    return LABELS.get(code) or LABELS.get(code.partition(".")[0], code)


def group_of(code: str) -> str:
    """The group in which a reason is counted."""
    return code.partition(".")[0]


def shown(reasons: Iterable[Mapping[str, Any]]) -> list[ReasonShown]:
    """Each reason once, in the order of the groups, with how often it was found."""
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason["code"]] = counts.get(reason["code"], 0) + 1
    order = {group: rank for rank, group in enumerate(GROUPS)}
    codes = sorted(counts, key=lambda code: (order.get(group_of(code), len(order)), code))
    return [ReasonShown(code, label_of(code), counts[code]) for code in codes]


def hides(codes: Iterable[str]) -> bool:
    """Whether a thing with these reasons is hidden until somebody decides."""
    return any(code not in VISIBLE for code in codes)


def marked(text: str, reasons: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """The text in pieces, those that a reason points at with its label; where two meet, the one that begins first."""
    pieces: list[Piece] = []
    at = 0
    for start, end, code in _spans(text, reasons):
        if start < at:
            continue
        pieces += [Piece(text[at:start]), Piece(text[start:end], label_of(code))]
        at = end
    return [piece for piece in [*pieces, Piece(text[at:])] if piece.text]


def excerpt(text: str, reasons: Iterable[Mapping[str, Any]], *, skip: int = 0, most: int = 160) -> list[Piece]:
    """The surroundings of the first place that a reason points at, all such places masked: for lists.

    `skip`: so many characters in front are left out (the title stands above), unless a reason points into them.
    """
    pieces = marked(text, reasons)
    first = next((index for index, piece in enumerate(pieces) if piece.label), None)
    lead = sum(len(piece.text) for piece in pieces[:first]) if first is not None else skip
    begins = _word_start(text, max(0, lead - most // 3))
    begins = max(begins, skip) if lead >= skip else begins
    shown: list[Piece] = []
    at = 0
    for piece in pieces:
        start, end = max(at, begins), min(at + len(piece.text), begins + most)
        if start < end or (piece.label and start < begins + most and at + len(piece.text) > begins):
            part = masked(piece.text) if piece.label else _on_one_line(text[start:end])
            shown.append(Piece(part, piece.label))
        at += len(piece.text)
    if shown and begins > skip:
        shown.insert(0, Piece("… "))
    return [*shown, Piece("…")] if at > begins + most else shown


def _word_start(text: str, at: int) -> int:
    """Where the word begins that comes next."""
    if at == 0:
        return 0
    found = re.compile(r"\s\S").search(text, at)
    return found.start() + 1 if found and found.start() < at + 30 else at


def _on_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def masked(found: str) -> str:
    """`M•••••••`: enough to see what it is about, too little to use it."""
    return found[:1] + "".join("•" if letter.isalnum() else letter for letter in found[1:])


def _spans(text: str, reasons: Iterable[Mapping[str, Any]]) -> list[tuple[int, int, str]]:
    """Places in order; those that lie outside the text (it was changed) are left out."""
    found = [(reason.get("start"), reason.get("end"), reason["code"]) for reason in reasons]
    return sorted((s, e, c) for s, e, c in found if s is not None and e is not None and 0 <= s < e <= len(text))

"""What bears the name of a person: streets, schools, firms, saints; and offices. Pure."""

from __future__ import annotations

import re

from citytandem.moderation.pii.lexicon import Role
from citytandem.moderation.pii.words import Words

_ROMAN = re.compile(r" (?:II|III|IV|VI{0,3}|IX|XI{0,3}|XIV|XVI?|XXIII)\b")
_HOUSE_NUMBER = re.compile(
    r",? (?:nr\.? ?|no\.? ?|№ ?)?\d{1,3} ?[a-zA-Zα-ωа-я]?(?:[-/]\d{1,3})?(?![\w.:]|[ -]?\d|-?jähr| ?(?:%|€))"
)
_HARD_STOP = re.compile(r"[.!?;:,\n()]")
_BETWEEN = frozenset({
    "de", "du", "des", "la", "le", "di", "del", "della", "dei", "d", "l", "lui", "nr", "no", "cel", "van", "of", "the",
    "του", "της", "των", "на", "general", "g-ral", "dr", "doctor", "prof", "podstawowa", "podstawowej", "primaria",
    "primara",
})  # fmt: skip
_AT_A_PLACE = frozenset({"the", "at", "in", "near", "of", "royal", "to", "outside", "opposite", "behind"})
_STEPS = 4
_SHORT = 3


def is_place(words: Words, first: int, last: int) -> bool:
    """Whether the name from `first` to `last` is that of a place, building, body, firm, saint or office holder."""
    return _goes_on_as_place(words, first, last) or _follows_place(words, first)


def is_namesake(words: Words, first: int, last: int) -> bool:
    """A person of history whose name stands on half of the street signs."""
    names = words.folded[first : last + 1]
    return any(
        (one, other) in words.lexicon.namesakes for one, other in zip(names, [*names[1:], names[-1]], strict=True)
    ) or ((names[0], names[-1]) in words.lexicon.namesakes)


def _goes_on_as_place(words: Words, first: int, last: int) -> bool:
    if any(_is_place_word(words, index) for index in range(first + 1, last + 1)):
        return True
    tail = words.text[words.ends[last] : words.ends[last] + 12]
    if _ROMAN.match(tail) or _HOUSE_NUMBER.match(tail):
        return True
    at = last
    for _ in range(2):
        if at + 1 >= len(words) or words.gap(at) not in {" ", "-", " - ", ". "} or not words.capital(at + 1):
            return False
        if words.gap(at) == ". " and not words.is_abbreviation(at):
            return False
        at += 1
        if _is_place_word(words, at):
            return True
    return False


def _is_place_word(words: Words, index: int) -> bool:
    raw = words.raw[index]
    if words.has(index, Role.FAMILY) and (words.has(index - 1, Role.PARTICLE) or _names_a_person(words, index - 1)):
        return False
    # "SA", "Co", "St": firms and streets; in small letters a word of the sentence.
    if words.has(index, Role.AFTER) and not words.has(index, Role.GIVEN):
        return raw[0].isupper()
    known = words.has(index, Role.FAMILY) and not words.has(index, Role.ALSO_WORD)
    return not known and words.folded[index].endswith(words.lexicon.after_ends) and raw[0].isupper()


def _names_a_person(words: Words, given: int) -> bool:
    """ "Michael Hall" by himself, but "at the Albert Hall"."""
    return words.given(given) and words.capital(given) and words.folded[max(0, given - 1)] not in _AT_A_PLACE


def _follows_place(words: Words, first: int) -> bool:
    """Looks back over articles and ranks: "Place du Général Charles", "училище „Васил"; "the Jenny Lind" is a pub."""
    at = first - 1
    if at >= 0 and words.folded[at] == "the" and words.gap(at) == " ":
        return True
    while at >= max(0, first - _STEPS):
        gap = words.gap(at)
        if words.has(at, Role.BEFORE_DOT) and gap.startswith("."):
            return True
        if _HARD_STOP.search(gap) and not (gap in {". ", "."} and words.is_abbreviation(at)):
            return False
        if words.has(at, Role.BEFORE) or words.office(at):
            return not _is_another_word(words, at, gap)
        if words.folded[at] not in _BETWEEN and not words.has(at, Role.ACADEMIC | Role.PARTICLE | Role.OWN_TITLE):
            return False
        at -= 1
    return False


def _is_another_word(words: Words, index: int, gap: str) -> bool:
    """A short word in small letters that is an abbreviation for a place only with its dot: "im", "al"."""
    short = len(words.raw[index]) <= _SHORT and words.raw[index].islower() and gap == " "
    return short and words.has(index, Role.BEFORE) and not _lone(words, index)


def _lone(words: Words, index: int) -> bool:
    """Short words for streets that are written without a dot as well."""
    return words.folded[index] in {
        "via",
        "rue",
        "str",
        "ul",
        "ул",
        "бул",
        "bd",
        "пл",
        "св",
        "кв",
        "sf",
        "san",
        "ste",
        "al",
    }

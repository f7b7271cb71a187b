"""Names of natural persons: by what introduces them, by how letters end, by given names with a family name. Pure.

Each rule proposes words and how sure it is; what is named after a person, or is a public office, is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from citytandem.moderation.pii.lexicon import CLOSING, INTRODUCTION, LABEL, WEAK_CLOSING, WEAK_INTRODUCTION, Role
from citytandem.moderation.pii.model import NAME, Finding
from citytandem.moderation.pii.places import is_namesake, is_place
from citytandem.moderation.pii.words import Words, read
from citytandem.moderation.plain import Plain, folded

_ANY_CUE = (
    Role.TITLE | Role.OWN_TITLE | Role.PHRASE_END | Role.RELATED | Role.GIVEN | Role.FAMILY
)  # fmt: skip
_LEADING = re.compile(r"[ :,\"„“”«'-]{1,4}|[ :,]{0,3}\n[ ]{0,2}")
_COLON = re.compile(r" ?: ?\n?\"?")
_BEFORE_SIGNATURE = re.compile(r"[\s,.;:!+/*~–—-]{1,10}")
_REST_OF_LINE = re.compile(r"[ ,.;:!)(~*-]*(?:$|\n|[\d(+@<]|[Tt]el|www)")
_MOST_WORDS = 5
# "jos sen", "ben so": short words in small letters are names in one language only.
_SHORTEST_SMALL = 3
_POSSESSIVES = frozenset({"μου", "μας", "του", "της", "ми", "ни", "му", "mea", "meu", "noastra", "nostru"})
# A single word that follows a closing and is not known as a name: longer ones are nouns ("Nachbarschaftsinitiative").
_LONGEST_LONE_NAME = 12

Proposal = tuple[int, int, float]


def find_names(plain: Plain, *, language: str, public_names: frozenset[str] = frozenset()) -> Iterator[Finding]:
    """Names in `plain.text`; those in `public_names` (as `public_name` makes them) are left out."""
    words = read(plain.text, language=language)
    for index in range(len(words)):
        if not words.roles[index] & _ANY_CUE and len(words.raw[index]) != 1:
            continue
        for first, last, certainty in _proposals(words, index):
            if not _is_public(words, first, last, public_names):
                start, end = plain.span(words.starts[first], words.ends[last])
                yield Finding(NAME, start, end, plain.original[start:end], certainty)


def public_name(name: str) -> str:
    """Form in which names of people in public life are given to `find_names`."""
    return " ".join(folded(word) for word in name.split())


def _is_public(words: Words, first: int, last: int, public_names: frozenset[str]) -> bool:
    whole = " ".join(words.folded[first : last + 1])
    return bool(public_names) and (whole in public_names or words.folded[last] in public_names)


def _proposals(words: Words, index: int) -> Iterator[Proposal]:
    role = words.roles[index]
    if role & (Role.TITLE | Role.OWN_TITLE):
        yield from _after_title(words, index)
    if role & Role.PHRASE_END:
        yield from _after_phrase(words, index)
    if role & Role.RELATED and words.joined(index):
        yield from _related(words, index)
    if role & Role.GIVEN and words.capital(index):
        yield from _full_name(words, index)
    if role & Role.FAMILY:
        yield from _family_first(words, index)
    if role & Role.GIVEN and words.raw[index].islower():
        yield from _in_small_letters(words, index)
    if words.is_initial(index):
        yield from _initial(words, index)


def _after_title(words: Words, index: int) -> Iterator[Proposal]:
    """ "Frau Dr. Meier": not if a public office follows, nor if the title is a word of another language here."""
    word = words.raw[index]
    own = words.language in words.lexicon.own_titles.get(words.folded[index], frozenset())
    sure = words.has(index, Role.TITLE) or own
    at = _past_ranks(words, index)
    if at is None or (word.isupper() and len(word) > 2) or (len(word) == 1 and not sure):
        return
    last = _person(words, at)
    if last is None:
        if words.raw[at].islower() and _lone_family(words, at):
            yield at, at, 0.75
    elif not _is_no_person(words, at, last):
        known = _known(words, at, last) or words.has(at, Role.FAMILY)
        last = _further(words, last)
        if known or (sure and not _title_is_noun(words, index)):
            yield at, last, 0.95 if known else 0.85


def _past_ranks(words: Words, index: int) -> int | None:
    """Where the name begins after a title and "Dr. med.", "Director"; None if another title begins there."""
    at = index
    for _ in range(_MOST_WORDS):
        if not words.joined(at):
            return None
        at += 1
        is_rank = words.has(at, Role.ACADEMIC) or (words.function(at) and not words.has(at, Role.GIVEN))
        if not is_rank or words.has(at, Role.FAMILY):
            break
    return None if words.has(at, Role.TITLE) and not words.has(at, Role.FAMILY) else at


def _lone_family(words: Words, at: int) -> bool:
    return len(words.raw[at]) > 3 and words.has(at, Role.FAMILY) and not words.has(at, Role.ALSO_WORD | Role.STOP)


def _is_no_person(words: Words, first: int, last: int) -> bool:
    # "Monsieur le Préfet": an article in small letters begins no name.
    if words.raw[first] in {"le", "la", "de", "der"} and not words.family(last):
        return True
    thing = words.is_thing(first) or words.function(first) or words.office(first)
    return thing or is_place(words, first, last)


def _is_title(words: Words, index: int) -> bool:
    """Then `_after_title` finds the name."""
    return words.has(index, Role.TITLE) or (words.has(index, Role.OWN_TITLE) and len(words.raw[index]) > 1)


def _title_is_noun(words: Words, index: int) -> bool:
    """ "eine Frau", "jede Frau": a person, but no title."""
    return index > 0 and words.folded[index - 1] in {
        "eine", "einer", "jede", "jeder", "keine", "pro", "als", "und", "alte", "junge", "un", "une", "a", "an", "every",
    }  # fmt: skip


def _after_phrase(words: Words, index: int) -> Iterator[Proposal]:
    for before, section in words.lexicon.phrases.get(words.folded[index], ()):
        first = index - len(before)
        if first < 0 or tuple(words.folded[first:index]) != before:
            continue
        if section == INTRODUCTION:
            yield from _after_introduction(words, index)
        elif section == WEAK_INTRODUCTION and words.joined(index):
            yield from _known_after(words, index + 1, 0.8)
        elif section == LABEL and _COLON.fullmatch(words.gap(index)):
            yield from _known_after(words, index + 1, 0.85)
        elif section in {CLOSING, WEAK_CLOSING}:
            yield from _signature(words, index, strong=section == CLOSING)


def _after_introduction(words: Words, index: int) -> Iterator[Proposal]:
    """ "Mein Name ist …": whatever follows, also in small letters if it is known."""
    at = index + 1
    if at >= len(words) or not (_LEADING.fullmatch(words.gap(index)) or words.gap(index) in {". ", "."}):
        return
    if _is_title(words, at):
        return
    last = _person(words, at)
    if last is not None:
        if not is_place(words, at, last) and not words.is_thing(at) and not words.function(at):
            yield at, _further(words, last), 0.95
    elif words.given(at) and words.raw[at].islower():
        follows = words.joined(at) and not words.has(at + 1, Role.STOP) and "\n" not in words.gap(at)
        yield at, at + 1 if follows else at, 0.85


def _related(words: Words, index: int) -> Iterator[Proposal]:
    """ "meine Tochter Lotte", "η κόρη μου Δέσποινα": a given name is enough, also one that is a word."""
    at = index + 2 if words.folded[index + 1] in _POSSESSIVES and words.joined(index + 1) else index + 1
    yield from _known_after(words, at, 0.75)
    lone = words.has(at, Role.GIVEN) and words.name_like(at) and _person(words, at) == at
    if lone and not is_place(words, at, at):
        yield at, at, 0.6


def _known_after(words: Words, at: int, certainty: float) -> Iterator[Proposal]:
    """A name at `at` if any part of it is known as one."""
    if at >= len(words):
        return
    last = _person(words, at)
    if last is None or not _known(words, at, last) or is_place(words, at, last):
        return
    if not words.is_thing(at) and not words.office(at):
        yield at, last, certainty


def _signature(words: Words, index: int, *, strong: bool) -> Iterator[Proposal]:
    """The words on the line after "Mit freundlichen Grüßen"."""
    at = index + 1
    if at >= len(words) or not _BEFORE_SIGNATURE.fullmatch(words.text[words.ends[index] : words.starts[at]][:12]):
        return
    if words.has(at, Role.ACADEMIC) and not words.has(at, Role.TITLE) and words.joined(at):
        at += 1
    last = None if _is_title(words, at) or words.has(at, Role.RELATED) else _person(words, at)
    if last is None:
        return
    last = _further(words, last)
    if is_place(words, at, last) or not _REST_OF_LINE.match(words.text, words.ends[last]):
        return
    if _known(words, at, last):
        yield at, last, 0.9
    elif strong and not _names_a_body(words, at, last):
        lone = len(words.raw[at]) <= _LONGEST_LONE_NAME and "\n" in words.gap(index)
        certainty = 0.7 if last > at else 0.55 if lone else 0.0
        yield at, last, certainty


def _names_a_body(words: Words, first: int, last: int) -> bool:
    """ "Bürgerinitiative Südstadt", "Die Hausleitung"."""
    return any(words.is_thing(i) or words.function(i) or words.office(i) for i in range(first, last + 1))


def _full_name(words: Words, index: int) -> Iterator[Proposal]:
    """A given name and what follows it, if that can be a family name."""
    if index > 0 and words.given(index - 1) and words.capital(index - 1) and words.joined(index - 1):
        return
    last = _person(words, index)
    if last is None or last == index or is_place(words, index, last) or is_namesake(words, index, last):
        return
    certainty = _certainty(words, index, last)
    if certainty:
        yield index, last, certainty


def _certainty(words: Words, first: int, last: int) -> float:
    given = any(words.given(i) for i in range(first, last))
    if words.family(last):
        return 0.95 if given else 0.8
    if words.has(last, Role.FAMILY):
        return 0.75 if given else 0.55
    if not given or words.is_thing(last) or words.function(last) or words.office(last):
        return 0.0
    if words.has(last, Role.GIVEN):
        return 0.55
    return 0.65 if _may_be_family(words, first, last) else 0.0


def _may_be_family(words: Words, first: int, last: int) -> bool:
    """All in capitals, or after a line end, a word that is not known as a name is just the next word."""
    if words.has(last, Role.ALSO_WORD | Role.RELATED) or words.raw[last].isupper():
        return False
    return not words.raw[first].isupper() and "\n" not in words.text[words.ends[first] : words.starts[last]]


def _family_first(words: Words, index: int) -> Iterator[Proposal]:
    """ "Kowalski Jan", "Dupont, Jean": both known, and the given name has no family name of its own."""
    if words.has(index, Role.ALSO_WORD) or not words.capital(index) or words.has(index, Role.GIVEN):
        return
    other = index + 1
    if not words.given(other) or not words.capital(other) or words.has(other, Role.FAMILY):
        return
    if words.gap(index) not in {" ", ", "}:
        return
    alone = not (words.joined(other) and words.name_like(other + 1) and "\n" not in words.gap(other))
    follows_given = words.has(index - 1, Role.GIVEN) and words.joined(index - 1)
    if alone and not follows_given and not is_place(words, index, other):
        yield index, other, 0.7


def _in_small_letters(words: Words, index: int) -> Iterator[Proposal]:
    """ "anna müller": both known, neither a word."""
    after = index + 1
    if not (words.given(index) and words.has(after, Role.FAMILY) and words.family(after) and words.gap(index) == " "):
        return
    long = min(len(words.raw[index]), len(words.raw[after])) > _SHORTEST_SMALL
    small = long and words.raw[after].islower() and not words.has(after, Role.STOP | Role.GIVEN)
    if small and not (is_place(words, index, after) or is_namesake(words, index, after)):
        yield index, after, 0.6


def _initial(words: Words, index: int) -> Iterator[Proposal]:
    """ "J. Schmitz"."""
    last = index
    while words.joined(last) and last - index < 2 and words.is_initial(last):
        last += 1
    known = last > index and words.has(last, Role.FAMILY) and words.family(last) and words.capital(last)
    if known and not is_place(words, index, last):
        yield index, last, 0.6


def _known(words: Words, first: int, last: int) -> bool:
    """Whether any part is surely a name, or two parts may be."""
    if any(words.given(i) or (words.family(i) and words.capital(i)) for i in range(first, last + 1)):
        return True
    return last > first and words.has(first, Role.GIVEN) and words.has(last, Role.FAMILY)


def _person(words: Words, first: int) -> int | None:
    """Last word of the name that begins at `first`: given names and initials, then family names with their particles."""
    if not words.name_like(first) and not _particles(words, first):
        return None
    parts = [first]
    while len(parts) < _MOST_WORDS:
        following = _next_part(words, parts[-1])
        if following is None:
            break
        parts.append(following)
    if not words.name_like(parts[0]):
        parts = parts[1:]
    if not parts:
        return None
    count = 0
    while count < len(parts) and (words.has(parts[count], Role.GIVEN) or words.is_initial(parts[count])):
        count += 1
    count = min(len(parts), max(1, count + 1))
    while count < len(parts) and (words.has(parts[count], Role.FAMILY) or words.ends_like_family(parts[count])):
        count += 1
    # Only German writes nouns with a capital; elsewhere a third capital is a second family name.
    while count < len(parts) and words.language not in {"", "de"} and parts[count] == parts[count - 1] + 1:
        count += 1
    return parts[count - 1]


def _further(words: Words, last: int) -> int:
    """After a title, an introduction or a closing one more word with a capital is taken for a part of the name."""
    after = last + 1
    more = words.gap(last) == " " and words.name_like(after) and not words.has(after, Role.TITLE | Role.RELATED)
    return after if more and not words.is_thing(after) and not words.office(after) else last


def _next_part(words: Words, index: int) -> int | None:
    """The next word of the same name, past particles ("van der"). After a line end only a family name goes on."""
    if not words.joined(index):
        return None
    after = index + 1
    if words.name_like(after) and not words.has(after, Role.TITLE):
        return after if "\n" not in words.gap(index) or words.family(after) else None
    return _particles(words, after) if "\n" not in words.gap(index) else None


def _particles(words: Words, index: int) -> int | None:
    """The name after up to three particles that begin at `index`."""
    at = index
    while at < index + 3 and words.has(at, Role.PARTICLE) and words.joined(at) and words.gap(at) == " ":
        at += 1
        if words.name_like(at) and not words.has(at, Role.PARTICLE):
            return at
    return None

"""A text as words with their roles, and how words hang together. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from citytandem.moderation.pii.lexicon import WORD, Lexicon, Role, lexicon
from citytandem.moderation.plain import folded

_ELIDED = re.compile(r"[a-zà-ÿA-Z][a-zà-ÿ]{0,4}'(?=[^\W\d_])")
_BLANK = re.compile(r"[ ]{1,3}|[ ]{0,2}\n[ ]{0,2}")
_AFTER_ABBREVIATION = re.compile(r"\. ?\n?")
_LONGEST_ABBREVIATION = 5
# Letters that a family name has at least before its ending.
_STEM = 2


@dataclass(frozen=True, slots=True)
class Words:
    """Words of `text` in order: where they are, as written, folded, and what they can be."""

    text: str
    language: str
    starts: list[int]
    ends: list[int]
    raw: list[str]
    folded: list[str]
    roles: list[int]
    lexicon: Lexicon

    def __len__(self) -> int:
        return len(self.raw)

    def gap(self, index: int) -> str:
        """What stands between a word and the next one, at most twelve characters of it."""
        if index + 1 >= len(self.raw):
            return self.text[self.ends[index] : self.ends[index] + 12]
        return self.text[self.ends[index] : min(self.starts[index + 1], self.ends[index] + 12)]

    def joined(self, index: int) -> bool:
        """Whether the next word goes on with this one: a space, one line end, or the dot of an abbreviation."""
        if index + 1 >= len(self.raw):
            return False
        gap = self.gap(index)
        if _BLANK.fullmatch(gap):
            return True
        short = len(self.raw[index]) <= _LONGEST_ABBREVIATION
        return short and _AFTER_ABBREVIATION.fullmatch(gap) is not None and self.is_abbreviation(index)

    def is_abbreviation(self, index: int) -> bool:
        """Whether a dot after this word does not end a sentence."""
        role = self.roles[index]
        return self.is_initial(index) or bool(
            role & (Role.TITLE | Role.OWN_TITLE | Role.ACADEMIC | Role.BEFORE | Role.BEFORE_DOT | Role.AFTER)
        )

    def is_initial(self, index: int) -> bool:
        """One capital letter with a dot: "M. Schmidt"."""
        word = self.raw[index]
        return len(word) == 1 and word.isupper() and self.gap(index).startswith(".")

    def has(self, index: int, role: int) -> bool:
        """Whether the word can be any of `role`."""
        return 0 <= index < len(self.raw) and bool(self.roles[index] & role)

    def given(self, index: int) -> bool:
        """A given name that is no common word."""
        return self.has(index, Role.GIVEN) and not self.has(index, Role.ALSO_WORD)

    def family(self, index: int) -> bool:
        """A family name by its list or its ending, and no common word."""
        if self.has(index, Role.ALSO_WORD):
            return False
        return self.has(index, Role.FAMILY) or self.ends_like_family(index)

    def ends_like_family(self, index: int) -> bool:
        """Endings that are typical of family names: -ski, -opoulos, -escu, -ova."""
        word = self.folded[index]
        return word[_STEM:].endswith(self.lexicon.endings) and not self.is_thing(index)

    def is_thing(self, index: int) -> bool:
        """A street, building, body or firm, or an abstract noun as German writes them with a capital."""
        if self.has(index, Role.FAMILY) and not self.has(index, Role.ALSO_WORD):
            return False
        return self.has(index, Role.AFTER) or self.folded[index].endswith(self.lexicon.after_ends)

    def capital(self, index: int) -> bool:
        """Written as names are: with a capital; words all in capitals only if they are known or long."""
        word = self.raw[index]
        if not word[0].isupper():
            return False
        if len(word) > 1 and word.isupper():
            return len(word) > 3 or bool(self.roles[index] & (Role.GIVEN | Role.FAMILY))
        return True

    def office(self, index: int) -> bool:
        """A public office: mayor, minister, king."""
        return not self.has(index, Role.FAMILY) and self.folded[index].startswith(self.lexicon.offices)

    def function(self, index: int) -> bool:
        """Another function: director, judge."""
        return not self.has(index, Role.FAMILY) and self.folded[index].startswith(self.lexicon.functions)

    def name_like(self, index: int) -> bool:
        """Could be a part of a name: has a capital and is no function word."""
        if index >= len(self.raw) or not self.capital(index):
            return False
        if self.has(index, Role.STOP) and not self.given(index):
            return False
        return len(self.raw[index]) > 1 or self.is_initial(index)


def read(text: str, *, language: str) -> Words:
    """Words of a text in plain form (`moderation.plain`)."""
    known = lexicon()
    found = Words(text, language, [], [], [], [], [], known)
    for match in WORD.finditer(text):
        word, start = match[0], match.start()
        elided = _ELIDED.match(word)
        if elided and _begins_after(word, elided.end(), known):
            word, start = word[elided.end() :], start + elided.end()
        bare = folded(word)
        found.starts.append(start)
        found.ends.append(match.end())
        found.raw.append(word)
        found.folded.append(bare)
        found.roles.append(known.roles.get(bare, Role.NONE) or _role_of_parts(bare, known))
    return found


def _begins_after(word: str, start: int, known: Lexicon) -> bool:
    """ "d'Anna", "l'ing. Moretti": but "D'Angelo" is one name."""
    titles = Role.TITLE | Role.OWN_TITLE
    name = word[0].islower() and word[start].isupper()
    return name or bool(known.roles.get(folded(word[start:]), Role.NONE) & titles)


def _role_of_parts(word: str, known: Lexicon) -> int:
    """Of a word with hyphens: a given name if all its parts are, a family name if the last one is."""
    if "-" not in word:
        return Role.NONE
    parts = [known.roles.get(part, Role.NONE) for part in word.split("-")[:6]]
    if all(role & Role.GIVEN for role in parts):
        return Role.GIVEN
    if parts[-1] & (Role.AFTER | Role.STOP) or word.endswith(known.after_ends):
        return Role.AFTER
    return Role.FAMILY if all(role & Role.FAMILY for role in parts) else Role.NONE

"""Names and the words around them, read once from `data/`. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from citytandem.core.languages import LANGUAGES
from citytandem.moderation.plain import folded

_DATA = Path(__file__).parents[1] / "data"
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*(?:\.(?:ra|na|ri|ssa|za|zza|le)\b)?")


class Role:
    """What a word can be, one bit each (an IntFlag takes three times as long); sections: docs/develop/pii.md."""

    NONE = 0
    GIVEN = 1
    FAMILY = 2
    ALSO_WORD = 4
    TITLE = 8
    OWN_TITLE = 16
    ACADEMIC = 32
    RELATED = 64
    BEFORE = 128
    BEFORE_DOT = 256
    AFTER = 512
    STOP = 1024
    PARTICLE = 2048
    PHRASE_END = 4096


INTRODUCTION, WEAK_INTRODUCTION, LABEL, CLOSING, WEAK_CLOSING = (
    "introductions", "weak_introductions", "labels", "closings", "weak_closings",
)  # fmt: skip
_PHRASES = (INTRODUCTION, WEAK_INTRODUCTION, LABEL, CLOSING, WEAK_CLOSING)
_ROLES = {
    "titles": Role.TITLE, "own_titles": Role.OWN_TITLE, "academic": Role.ACADEMIC, "related": Role.RELATED,
    "stop": Role.STOP, "particles": Role.PARTICLE,
}  # fmt: skip
_AROUND = {"before": (Role.BEFORE, Role.BEFORE_DOT), "after": (Role.AFTER, Role.AFTER)}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All lists, folded. `phrases`: by their last word, the words before it and which section they stand in."""

    roles: Mapping[str, int]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]
    own_titles: Mapping[str, frozenset[str]]
    offices: tuple[str, ...]
    functions: tuple[str, ...]
    after_ends: tuple[str, ...]
    endings: tuple[str, ...]
    namesakes: frozenset[tuple[str, str]]


@cache
def lexicon() -> Lexicon:
    """Read at first use (some 50 ms), the same object afterwards."""
    roles = _names()
    sections: dict[str, set[str]] = defaultdict(set)
    phrases: dict[str, set[tuple[tuple[str, ...], str]]] = defaultdict(set)
    own: dict[str, set[str]] = defaultdict(set)
    for language in (*LANGUAGES, "any"):
        for section, entries in read_sections(f"cues/{language}.txt").items():
            for entry in entries:
                _add(entry, section=section, roles=roles, phrases=phrases, rest=sections)
                if section == "own_titles":
                    own[folded(entry)].add(language)
    return Lexicon(
        roles=dict(roles),
        phrases={word: tuple(sorted(found)) for word, found in phrases.items()},
        own_titles={word: frozenset(languages) for word, languages in own.items()},
        offices=tuple(sorted(sections["offices"])),
        functions=tuple(sorted(sections["functions"])),
        after_ends=tuple(sorted(sections["after_ends"])),
        endings=tuple(sorted(sections["endings"])),
        namesakes=frozenset(_namesakes()),
    )


def _names() -> dict[str, int]:
    roles: dict[str, int] = defaultdict(lambda: Role.NONE)
    inflected: set[str] = set()
    for language in (*LANGUAGES, "other"):
        for name in _words(f"given/{language}.txt"):
            roles[folded(name)] |= Role.GIVEN
            inflected |= {folded(form) for form in _forms(name, language)}
        for name in _words(f"surnames/{language}.txt"):
            for form in {name, *_feminine(name, language)}:
                roles[folded(form)] |= Role.FAMILY
    # A case of a name may be a word of another language: "Klarę" and "klare".
    for form in inflected:
        roles[form] |= Role.NONE if roles[form] & Role.GIVEN else Role.GIVEN | Role.ALSO_WORD
    for name in _words("also_words.txt"):
        roles[folded(name)] |= Role.ALSO_WORD
    return roles


def read_sections(path: str) -> dict[str, list[str]]:
    """`section: one, two` per line; a line that begins with spaces goes on with the section above."""
    lines = [line for line in (_DATA / path).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\n ", " ")
    found = {}
    for line in whole.splitlines():
        section, _, entries = line.partition(":")
        found[section] = [entry.strip() for entry in entries.split(",") if entry.strip()]
    return found


def read_codes(path: str) -> dict[str, list[str]]:
    """As `read_sections`, of codes parted by blanks; lines without a section stand under ""."""
    found: dict[str, list[str]] = defaultdict(list)
    section = ""
    for line in (_DATA / path).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        head, colon, rest = line.partition(":")
        section = head if colon else section
        found[section] += (rest if colon else line).split()
    return found


def _add(
    entry: str,
    *,
    section: str,
    roles: dict[str, int],
    phrases: dict[str, set[tuple[tuple[str, ...], str]]],
    rest: dict[str, set[str]],
) -> None:
    words = [folded(word) for word in WORD.findall(entry.replace("\u2019", "'"))]
    if section in _PHRASES:
        phrases[words[-1]].add((tuple(words[:-1]), section))
        roles[words[-1]] |= Role.PHRASE_END
    elif section in _AROUND:
        # "im." is an abbreviation, "im" a word.
        roles[words[-1]] |= _AROUND[section][entry.endswith(".")]
    elif section in _ROLES:
        roles[words[-1]] |= _ROLES[section]
    else:
        rest[section].add(folded(entry))


def _words(path: str) -> Iterator[str]:
    for line in (_DATA / path).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield from line.split()


def _namesakes() -> Iterator[tuple[str, str]]:
    for line in (_DATA / "namesakes.txt").read_text(encoding="utf-8").splitlines():
        words = WORD.findall(line)
        if not line.startswith("#") and len(words) > 1:
            yield folded(words[0]), folded(words[-1])


def _forms(name: str, language: str) -> set[str]:
    """The name in the cases of its language."""
    cut, last = name[:-1], name[-1]
    if language == "pl" and last == "a":
        soft = "i" if cut[-1] in "kgijl" else "y"
        return {
            name,
            cut + soft,
            cut + "ę",
            cut + "ą",
            cut + "o",
            cut + "ie",
            cut + "i",
            cut + "dzie",
            name[:-2] + "ce",
        }
    if language == "pl":
        stem = name[:-2] + "k" if name.endswith("ek") else name[:-2] + "ł" if name.endswith("eł") else name
        return {name, stem + "a", stem + "owi", stem + "em", stem + "iem", cut + "ego", cut + "emu"}
    if language == "el":
        return {name, *(_greek(name))}
    if language == "ro" and last == "a":
        return {name, cut + "ei", cut + "i"}
    return {name}


def _feminine(name: str, language: str) -> set[str]:
    """Family names of women, and of anyone in another case."""
    if language == "pl" and name.endswith(("ski", "cki", "dzki")):
        return {name + "ego", name + "emu", name + "m"}
    if language == "pl" and name.endswith(("ska", "cka", "dzka")):
        return {name[:-1] + "iej", name[:-1] + "ą"}
    if language == "pl" and name[-1] not in "aiy":
        stem = name[:-2] + "k" if name.endswith("ek") else name
        return {stem + "a", stem + "owi", stem + "iem", stem + "em"}
    return _greek(name) if language == "el" else set()


def _greek(name: str) -> set[str]:
    if name.endswith(("ος", "ός")):
        return {name[:-2] + "ου", name[:-2] + "ο", name[:-2] + "ε"}
    if name.endswith(("ης", "ής", "ας", "άς")):
        return {name[:-1]}
    return {name + "ς"} if name[-1] in "αάηήω" else set()

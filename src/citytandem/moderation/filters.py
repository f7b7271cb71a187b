"""Filters an administrator sets: words and hosts of links. Pure; odd entries match nothing and raise nothing.

Words match whole, without regard to capitals and accents; `*` stands for any letters at that place. "s.p.a.m", "s p a m",
"sp4m" and "spaaam" match "spam": a rule is looked up in every form a word can be read in, so time grows with the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from citytandem.moderation.links import LOOK_ALIKES, belongs, host, links, skeleton
from citytandem.moderation.plain import Plain, folded, plain

HOLD, REFUSE = "hold", "refuse"
WORD, LINK = "word", "link"

_TOKEN = re.compile(r"[\w@$€!|*+-]+")
_WHOLE_WORD = re.compile(r"\w+")
_SPACED = re.compile(r"(?<!\w)\w(?:([ .\-_*/·•]{1,2})\w(?:\1\w){1,40})(?!\w)")
_LEET = str.maketrans(
    {
        "0": "o",
        "3": "e",
        "4": "a",
        "5": "s",
        "7": "t",
        "8": "b",
        "9": "g",
        "@": "a",
        "$": "s",
        "€": "e",
        "!": "i",
        "+": "t",
    }
)
_ONE = (str.maketrans("1|", "ii"), str.maketrans("1|", "ll"))
_REPEATED = re.compile(r"(.)\1{2,}")
_RUN = re.compile(r"(.)\1+")
_SENTENCE = "!|*+-"
_LONGEST_WORD = 60
_FEWEST_LETTERS_SPACED = 3


@dataclass(frozen=True, slots=True)
class WordRule:
    """A word or phrase, and what happens with a text that has it: it is held, or refused."""

    words: str
    severity: str = HOLD


@dataclass(frozen=True, slots=True)
class Match:
    """Which rule matched which characters of the text."""

    rule: str
    kind: str
    severity: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Rules in the form in which they are looked up; made by `compile_filters`."""

    exact: Mapping[str, tuple[_Phrase, ...]] = field(default_factory=dict)
    beginnings: Mapping[str, tuple[_Phrase, ...]] = field(default_factory=dict)
    patterns: Sequence[tuple[re.Pattern[str], _Phrase]] = ()
    blocked: frozenset[str] = frozenset()
    blocked_looks: Mapping[str, str] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    block_all: bool = False

    def check(self, text: str) -> list[Match]:
        """All matches in the order of the text."""
        return self.check_plain(plain(text))

    def check_plain(self, reading: Plain) -> list[Match]:
        """As `check`, for a text already in plain form."""
        found = {*self._words(reading), *self._links(reading)}
        return sorted(found, key=lambda match: (match.start, match.end, match.rule))

    def _words(self, reading: Plain) -> Iterator[Match]:
        if not (self.exact or self.beginnings or self.patterns):
            return
        tokens = list(_tokens(reading.text))
        for index, (start, _, forms) in enumerate(tokens):
            for phrase in {phrase for form in forms for phrase in self._starting(form)}:
                end = _end_of_phrase(tokens, index, phrase)
                if end is not None:
                    yield _match(reading, phrase, start, end)
        for spaced in _SPACED.finditer(reading.text):
            joined = "".join(_WHOLE_WORD.findall(spaced[0].replace("_", " ")))
            if len(joined) >= _FEWEST_LETTERS_SPACED:
                for phrase in {phrase for form in _readings(joined) for phrase in self._starting(form)}:
                    if len(phrase.parts) == 1:
                        yield _match(reading, phrase, spaced.start(), spaced.end())

    def _starting(self, form: str) -> Iterator[_Phrase]:
        """Rules whose first word can be `form`."""
        yield from self.exact.get(form, ())
        if self.beginnings:
            for length in range(1, len(form) + 1):
                yield from self.beginnings.get(form[:length], ())
        for pattern, phrase in self.patterns:
            if pattern.fullmatch(form):
                yield phrase

    def _links(self, reading: Plain) -> Iterator[Match]:
        if not (self.blocked or self.block_all):
            return
        for link in links(reading):
            if any(belongs(link.host, domain) for domain in _domains(link.host) & self.allowed):
                continue
            rule = next((d for d in sorted(_domains(link.host)) if d in self.blocked), None)
            looks = (self.blocked_looks.get(look) for look in sorted(_domains(skeleton(link.host))))
            rule = rule or next((look for look in looks if look), None) or ("*" if self.block_all else None)
            if rule:
                text = reading.original[link.start : link.end]
                yield Match(rule, LINK, HOLD, link.start, link.end, text)


@dataclass(frozen=True, slots=True)
class _Phrase:
    rule: str
    severity: str
    parts: tuple[str, ...]


def compile_filters(
    words: Iterable[str | WordRule] = (),
    link_hosts_blocked: Iterable[str] = (),
    link_hosts_allowed: Iterable[str] = (),
) -> Filters:
    """Rules as typed by an administrator. A blocked host blocks what is below it, and what looks like it; `*` blocks all.

    A host that is allowed (exactly, not one that looks like it) passes whatever is blocked.
    """
    exact: dict[str, list[_Phrase]] = defaultdict(list)
    beginnings: dict[str, list[_Phrase]] = defaultdict(list)
    patterns: list[tuple[re.Pattern[str], _Phrase]] = []
    for entry in words:
        rule = entry if isinstance(entry, WordRule) else WordRule(entry)
        phrase = _phrase(rule)
        if phrase is None:
            continue
        first = phrase.parts[0]
        if "*" not in first:
            exact[first].append(phrase)
        elif first.index("*") == len(first) - 1:
            beginnings[first[:-1]].append(phrase)
        else:
            patterns.append((_glob(first), phrase))
    hosts = {host(name) for name in link_hosts_blocked if name.strip() != "*"} - {""}
    return Filters(
        exact={word: tuple(found) for word, found in exact.items()},
        beginnings={word: tuple(found) for word, found in beginnings.items()},
        patterns=tuple(patterns),
        blocked=frozenset(hosts),
        blocked_looks={skeleton(name): name for name in sorted(hosts)},
        allowed=frozenset({host(name) for name in link_hosts_allowed} - {""}),
        block_all=any(name.strip() == "*" for name in link_hosts_blocked),
    )


def _phrase(rule: WordRule) -> _Phrase | None:
    """None for an entry without letters: "*" alone would match everything."""
    parts = tuple(_bare(part) for part in re.findall(r"[\w*]+", plain(rule.words).text))
    parts = tuple(part for part in parts if part.strip("*_"))
    severity = REFUSE if rule.severity == REFUSE else HOLD
    return _Phrase(rule.words, severity, parts) if parts else None


def _bare(part: str) -> str:
    return re.sub(r"\*+", "*", folded(part[:_LONGEST_WORD]))


def _glob(part: str) -> re.Pattern[str]:
    """At most four stars, each as short as can be: a word has sixty letters, so the time is bounded."""
    pieces = [re.escape(piece) for piece in part.split("*")]
    return re.compile(r"\w*?".join(pieces[:4]) + (r"\w*" if len(pieces) > 4 else ""))


def _tokens(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Words with the signs that stand for letters, and how they can be read; not the signs of a sentence around them."""
    for match in _TOKEN.finditer(text):
        start = match.end() - len(match[0].lstrip(_SENTENCE))
        word = text[start : match.end()].rstrip(_SENTENCE)
        if word:
            yield start, start + len(word), tuple(_readings(word))


def _readings(token: str) -> Iterator[str]:
    """Forms in which a word can be read: as it is, with digits as letters, Latin for look-alikes, repeats taken out."""
    token = token[: 2 * _LONGEST_WORD]
    forms = {folded(word[:_LONGEST_WORD]) for word in _WHOLE_WORD.findall(token)[:20]}
    inner = folded(token[:_LONGEST_WORD])
    if not inner.isalpha():
        bare = inner.translate(_LEET)
        forms |= {re.sub(r"[\W_]", "", bare.translate(one)) for one in _ONE} if re.search(r"[^\W\d_]", bare) else set()
    if not inner.isascii():
        forms |= {form.translate(LOOK_ALIKES) for form in forms}
    for form in forms:
        if form:
            yield form
            if _REPEATED.search(form):
                yield _REPEATED.sub(r"\1\1", form)
                yield _RUN.sub(r"\1", form)


def _end_of_phrase(tokens: Sequence[tuple[int, int, tuple[str, ...]]], index: int, phrase: _Phrase) -> int | None:
    """Where the phrase ends whose first word is at `index`; None if the next words are others."""
    last = index + len(phrase.parts) - 1
    if last >= len(tokens):
        return None
    for part, (_, _, forms) in zip(phrase.parts[1:], tokens[index + 1 : last + 1], strict=True):
        if not any(_glob(part).fullmatch(form) if "*" in part else form == part for form in forms):
            return None
    return tokens[last][1]


def _match(reading: Plain, phrase: _Phrase, start: int, end: int) -> Match:
    first, last = reading.span(start, end)
    return Match(phrase.rule, WORD, phrase.severity, first, last, reading.original[first:last])


def _domains(name: str) -> set[str]:
    """The host and all it lies below, at most ten of them."""
    labels = name.split(".")[-10:]
    return {".".join(labels[at:]) for at in range(len(labels))}

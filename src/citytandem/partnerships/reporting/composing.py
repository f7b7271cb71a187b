"""From the record of a programme to a document: every sentence keeps the address of what it comes from. Pure.

Framing words come from outside in the reader's language (`words.report_words`); facts stay in their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from citytandem.partnerships.reporting import pictures
from citytandem.partnerships.reporting.counting import Figure, figures
from citytandem.partnerships.reporting.doubting import Doubt, doubts
from citytandem.partnerships.reporting.records import City, Event, Fact, Partnership, Record, Words
from citytandem.partnerships.reporting.tree import (
    Block,
    Bullets,
    Cell,
    Document,
    Heading,
    Paragraph,
    Picture,
    Quotation,
    Sentence,
    Table,
)

# The parts of a profile, in their order.
PARTS = (
    "prior",
    "challenges",
    "projects",
    "themes",
    "results",
    "success_factors",
    "hurdles",
    "remedies",
    "lessons",
    "meetings",
)
# What few sources tell: nobody misses it where it is not told.
_NOT_FOR_ALL = frozenset({"prior", "themes", "meetings"})
Day = Callable[[str], str]


def programme_report(record: Record, *, words: Mapping[str, str], language: str, day: Day) -> Document:
    """The report of the whole programme. `day` tells an ISO date in the reader's language."""
    writer = _Writer(record, words, day)
    return Document(record.title, language, tuple(writer.report()), record.works, words["source"])


def partnership_profile(record: Record, slug: str, *, words: Mapping[str, str], language: str, day: Day) -> Document:
    """The result profile of one partnership; raises KeyError for one that is not in the record."""
    found = next((one for one in record.partnerships if one.slug == slug), None)
    if found is None:
        raise KeyError(slug)
    writer = _Writer(record, words, day)
    title = Words(f"{words['profile']}: {found.title}")
    return Document(title, language, tuple(writer.profile_alone(found)), record.works, words["source"])


class _Writer:
    def __init__(self, record: Record, words: Mapping[str, str], day: Day) -> None:
        self.record, self.words, self.day = record, words, day
        self.cities = {city.slug: city for city in record.cities}

    def report(self) -> Iterator[Block]:
        for part in (self._opening, self._figures, self._cities, self._events, self._partnerships, self._answers,
                     self._doubts, self._works):  # fmt: skip
            yield from part()

    def profile_alone(self, partnership: Partnership) -> Iterator[Block]:
        cities = [self.cities[slug] for slug in partnership.members if slug in self.cities]
        yield from self._profile(partnership, level=0)
        if cities:
            yield self._heading(1, "cities")
            yield from self._picture(
                "map", pictures.map_of(cities, [partnership]), ", ".join(c.name.text for c in cities)
            )
            yield self._city_table(cities)
        yield from self._doubts(about=partnership)
        yield from self._works()

    def _heading(self, level: int, key: str) -> Heading:
        return Heading(level, Words(self.words[key]), key)

    def _opening(self) -> Iterator[Block]:
        record = self.record
        said = [Sentence(Words(self.words["made_from"]))]
        if record.starts and record.ends:
            span = _filled(self.words["span"], first=self.day(record.starts), last=self.day(record.ends))
            said.insert(0, Sentence(Words(span), record.href))
        if record.text.text:
            said.insert(0, Sentence(record.text, record.href))
        yield Paragraph(said)

    def _figures(self) -> Iterator[Block]:
        yield self._heading(1, "figures")
        rows = [
            (Cell(Words(self.words[f"figure.{one.key}"])), Cell(Words(one.said)), Cell(Words(self._basis(one))))
            for one in figures(self.record)
        ]
        header = tuple(self.words[key] for key in ("what", "number", "basis"))
        yield Table(self.words["figures"], header, rows, (5, 2, 5), (1,))

    def _basis(self, figure: Figure) -> str:
        if figure.counted:
            return self.words["counted"]
        marks = "".join(f"[{work}]" for work in figure.works)
        return f"{self.words['stated'] if figure.value is not None else self.words['stated_roughly']} {marks}".strip()

    def _cities(self) -> Iterator[Block]:
        if not self.record.cities:
            return
        yield self._heading(1, "cities")
        said = "; ".join(one.title for one in self.record.partnerships)
        yield from self._picture("map", pictures.map_of(self.record.cities, self.record.partnerships), said)
        yield self._city_table(self.record.cities)

    def _picture(self, name: str, svg: str, said: str) -> Iterator[Picture]:
        if svg:
            yield Picture(name, svg, f"{self.words[f'picture.{name}']} {said}".strip())

    def _city_table(self, cities: Sequence[City]) -> Table:
        ties: dict[str, list[str]] = {}
        for one in self.record.partnerships:
            for member in one.members:
                ties.setdefault(member, []).append(one.title)
        rows = [
            (
                Cell(city.name, city.href), Cell(Words(city.country_name)),
                Cell(Words("" if city.population is None else f"{city.population:,}".replace(",", "\u202f"))),
                Cell(Words("; ".join(ties.get(city.slug, ())))),
            )
            for city in cities
        ]  # fmt: skip
        header = tuple(self.words[key] for key in ("city", "country", "people", "partnership"))
        return Table(self.words["cities"], header, rows, (3, 3, 2, 5), (2,))

    def _events(self) -> Iterator[Block]:
        if not self.record.events:
            return
        yield self._heading(1, "events")
        dated = [event for event in self.record.events if event.dates]
        yield from self._picture("timeline", pictures.timeline(dated), self.words["hollow"])
        header = tuple(self.words[key] for key in ("number_short", "event", "date", "where", "participants"))
        rows = [self._event_row(event) for event in self.record.events]
        yield Table(self.words["events"], header, rows, (1, 6, 4, 3, 3))
        for event in self.record.events:
            yield from self._event(event)

    def _event_row(self, event: Event) -> tuple[Cell, ...]:
        when = event.when or self.words["no_date"]
        if event.note:
            when = f"{when} ({self.words['uncertain']})"
        people = " ".join(filter(None, (event.participants, event.participants_kind)))
        where = ", ".join(filter(None, (event.form, event.place)))
        number = "" if event.number is None else str(event.number)
        return (
            Cell(Words(number)), Cell(event.title, event.href), Cell(Words(when)), Cell(Words(where)),
            Cell(Words(people, "en" if event.participants_kind else "") if people else Words(self.words["unsaid"])),
        )  # fmt: skip

    def _event(self, event: Event) -> Iterator[Block]:
        if not event.told:
            return
        yield Heading(2, event.title, f"event-{event.slug}")
        for key, facts in event.told:
            yield Paragraph([Sentence(Words(f"{self.words.get(f'event.{key}', key)}:"))])
            yield Bullets([_sentence(fact) for fact in facts])

    def _partnerships(self) -> Iterator[Block]:
        if self.record.partnerships:
            yield self._heading(1, "partnerships")
        for one in self.record.partnerships:
            yield Heading(2, Words(one.title), one.slug)
            yield from self._profile(one, level=2)

    def _profile(self, one: Partnership, *, level: int) -> Iterator[Block]:
        opening = [Sentence(Words(f"{one.kind_name}."), one.href)]
        if one.twinning_since:
            since = _filled(self.words["twinned"], year=str(one.twinning_since))
            opening.append(Sentence(Words(since), one.href, one.works))
        opening += [Sentence(Words(reason), one.href, one.works) for reason in one.reasons]
        if one.status.text:
            opening.append(Sentence(one.status, one.href, one.works, lead=Words(self.words["status"])))
        yield Paragraph(opening)
        for part in PARTS:
            facts = one.parts.get(part, ())
            if part in _NOT_FOR_ALL and not facts:
                continue
            yield Heading(level + 1, Words(self.words[part]), f"{one.slug}-{part}")
            if facts:
                yield Bullets([_sentence(fact) for fact in facts])
            else:
                yield Paragraph([Sentence(Words(self.words["unsaid"]))])
        yield from self._own_figures(one, level)
        shown = [quote for quote in one.quotes if quote.may_be_shown]
        if shown:
            yield Heading(level + 1, Words(self.words["quotes"]), f"{one.slug}-quotes")
        for quote in shown:
            said_by = ", ".join(filter(None, (quote.speaker, quote.function)))
            yield Quotation(Sentence(quote.words, quote.href), said_by)

    def _own_figures(self, one: Partnership, level: int) -> Iterator[Block]:
        if not one.figures:
            return
        yield Heading(level + 1, Words(self.words["figures"]), f"{one.slug}-figures")
        rows = [
            (Cell(figure.label, figure.href), Cell(Words(" ".join(filter(None, (figure.value, figure.unit))))))
            for figure in one.figures
        ]
        yield Table(self.words["figures"], (self.words["what"], self.words["number"]), rows, (7, 3), (1,))

    def _answers(self) -> Iterator[Block]:
        if not self.record.answers:
            return
        yield self._heading(1, "answers")
        for (survey, asked, href), answers in groupby(
            self.record.answers, key=lambda answer: (answer.survey, answer.asked, answer.href)
        ):
            yield Heading(2, survey)
            yield Paragraph([Sentence(Words(f"n = {asked}"), href)])
            for answer in answers:
                yield Heading(3, answer.question)
                rows = [
                    (Cell(Words(label)), Cell(Words(self.words["hidden"] if count is None else str(count))))
                    for label, count in answer.counts
                ]
                summary = f"{survey.text}: {answer.question.text} (n = {asked})"
                yield Table(summary, (self.words["what"], self.words["number"]), rows, (7, 3), (1,))

    def _doubts(self, *, about: Partnership | None = None) -> Iterator[Block]:
        noted = () if about else self.record.notes
        found = [one for one in doubts(self.record) if about is None or one.href == about.href]
        if about is not None and not found:
            return
        yield self._heading(1, "doubts")
        if not noted and not found:
            yield Paragraph([Sentence(Words(self.words["no_doubts"]))])
            return
        yield Paragraph([Sentence(Words(self.words["doubts_shown"]))])
        if noted:
            yield Bullets([Sentence(note.text, self.record.href, note.works, lead=note.where) for note in noted])
        if found:
            yield Paragraph([Sentence(Words(self.words["doubts_found"]))])
            yield Bullets([self._doubt(one) for one in found])

    def _doubt(self, one: Doubt) -> Sentence:
        where = Words(self.words[f"figure.{one.where.text}"]) if one.kind == "counts" else one.where
        shown = {name: self._shown(value) for name, value in (("one", one.one), ("other", one.other))}
        return Sentence(Words(_filled(self.words[f"doubt.{one.kind}"], **shown)), one.href, lead=where)

    def _shown(self, value: str) -> str:
        """Dates as the reader writes them; `2: 2023-09-21` keeps its number."""
        head, colon, tail = value.rpartition(": ")
        return f"{head}{colon}{self.day(tail) or tail}"

    def _works(self) -> Iterator[Block]:
        if not self.record.works:
            return
        yield self._heading(1, "works")
        header = (self.words["number_short"], self.words["work"])
        rows = [
            (Cell(Words(str(number))), Cell(Words(work.title, work.language), work.url))
            for number, work in enumerate(self.record.works, 1)
        ]
        yield Table(self.words["works"], header, rows, (1, 12))


def _sentence(fact: Fact) -> Sentence:
    return Sentence(fact.words, fact.href, fact.works, lead=fact.title if fact.title.text else None)


def _filled(text: str, **values: str) -> str:
    # Not str.format: words come from translators, and a stray brace is no reason to fail.
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text

"""From the tables to the record that reports are composed from: addresses, dates and labels in the language switched on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.permissions import allowed
from citytandem.core.versions import Reading, read
from citytandem.partnerships import selectors
from citytandem.partnerships.models import Finding, Partnership, Programme, ProgrammeEvent, ProgrammeState, Quote
from citytandem.partnerships.presenters import partnership_kind
from citytandem.partnerships.presenters_programme import audience, day, event_format, matched_because
from citytandem.partnerships.reporting import records
from citytandem.partnerships.reporting.records import Fact, Words
from citytandem.partnerships.surveys.reporting import survey_answers
from citytandem.ui.countries import country_name

# Facts of the demo and of imports are written in English.
_FACTS = "en"
_PARTS = {
    "challenges": "challenges", "projects": "joint_projects", "themes": "themes", "results": "results",
    "success_factors": "success_factors",
    "hurdles": "hurdles", "remedies": "remedies", "lessons": "lessons",
}  # fmt: skip
_KINDS = {
    "challenge": "challenges", "project": "projects", "result": "results", "success_factor": "success_factors",
    "hurdle": "hurdles", "remedy": "remedies", "lesson": "lessons",
}  # fmt: skip
_ANCHORS = {
    "results": "#results-title", "success_factors": "#how-title", "hurdles": "#how-title", "remedies": "#how-title",
    "lessons": "#lessons-title", "meetings": "#meetings-title",
}  # fmt: skip


def programme_of(actor: Actor, slug: str = "") -> Programme:
    """The programme of this short name, or the latest one; raises NotFound, also for a draft of which the reader may not know."""
    rows = Programme.objects.order_by("-starts_on", "slug")
    if not allowed("partnerships.import", actor):
        rows = rows.exclude(state=ProgrammeState.DRAFT)
    found = (rows.filter(slug=slug) if slug else rows).first()
    if found is None:
        raise NotFound("programme.unknown", _("There is no programme of this name here."))
    return found


def programme_record(actor: Actor, slug: str = "", *, base: str) -> records.Record:
    """The whole record of a programme. `base`: what addresses begin with, without a slash at the end. Raises NotFound."""
    return _Reader(base).whole(programme_of(actor, slug))


def partnership_record(actor: Actor, slug: str, *, base: str) -> records.Record:
    """The record of one partnership alone, as a record with nothing else in it. Raises NotFound."""
    row = selectors.partnership_get(slug)
    if row.programme is not None and row.programme.state == ProgrammeState.DRAFT:
        programme_of(actor, row.programme.slug)
    return _Reader(base).one(_with_findings([row.pk])[0])


def _with_findings(ids: Sequence[Any]) -> list[Partnership]:
    findings = Finding.objects.order_by("position", "id")
    quotes = Quote.objects.filter(consented_at__isnull=False, withdrawn_at=None).order_by("id")
    rows = Partnership.objects.filter(id__in=ids).order_by("slug")
    return list(rows.prefetch_related(Prefetch("findings", findings), Prefetch("quotes", quotes)))


class _Reader:
    """Reads with one numbering of the works: each stands once, in the order in which it comes up."""

    def __init__(self, base: str) -> None:
        self.base, self.language = base, get_language() or "en"
        self.numbers: dict[str, int] = {}
        self.works: list[records.Work] = []

    def whole(self, programme: Programme) -> records.Record:
        ids = list(programme.partnerships.values_list("id", flat=True)) or list(
            # Partnerships that came before programmes were told belong to the only one.
            Partnership.objects.filter(programme=None).values_list("id", flat=True)
        )
        facts, keys = programme.facts, self._known(programme.source)
        title, text = (self._words(value, programme.language) for value in (programme.title, programme.text))
        cities, partnerships = self._partnerships(_with_findings(ids))
        return records.Record(
            slug=programme.slug,
            title=title if title.text else Words(programme.slug),
            text=text,
            starts=str(facts.get("start") or programme.starts_on or ""),
            ends=str(programme.ends_on or ""),
            href=self._href("partnerships:programme"),
            cities=cities,
            partnerships=partnerships,
            events=[self._event(event, cities) for event in selectors.events_told_of(programme)],
            works=self.works,
            answers=survey_answers(programme, reader=self.language, base=self.base),
            stated=list(self._stated(facts.get("numbers") or {}, keys)),
            notes=[
                records.Note(
                    Words(str(note.get("where", "")), _FACTS), Words(str(note.get("note", "")), _FACTS),
                    self._of(keys, note.get("src", ())),
                )
                for note in facts.get("data_quality_notes", [])
            ],
        )  # fmt: skip

    def one(self, row: Partnership) -> records.Record:
        cities, partnerships = self._partnerships([row])
        return records.Record(
            row.slug, Words(partnerships[0].title), Words(""), "", "", partnerships[0].href, cities, partnerships, [],
            self.works,
        )  # fmt: skip

    def _words(self, value: Mapping[str, Any] | None, original: str) -> Words:
        reading: Reading = read(value, reader=self.language, original=original)
        return Words(reading.text, "" if reading.language == self.language else reading.language)

    def _href(self, name: str, *parts: str) -> str:
        return self.base + reverse(name, args=parts)

    def _known(self, source: Mapping[str, Any] | None) -> dict[str, int]:
        """The numbers of the works of a source by their keys; new ones are taken in."""
        found = {}
        for work in (source or {}).get("works") or ():
            title = str(work.get("title", ""))
            if title and title not in self.numbers:
                self.works.append(
                    records.Work(title, str(work.get("language") or ""), _web(str(work.get("url") or "")))
                )
                self.numbers[title] = len(self.works)
            if title:
                found[str(work.get("key", title))] = self.numbers[title]
        return found

    def _of(self, keys: Mapping[str, int], wanted: Sequence[str]) -> tuple[int, ...]:
        return tuple(sorted(keys[str(key)] for key in wanted if str(key) in keys))

    def _stated(self, numbers: Mapping[str, Any], keys: Mapping[str, int]) -> Iterator[records.Stated]:
        for key, name in (
            ("applications", "applications"), ("selected_municipalities", "cities"), ("tandems", "tandems"),
            ("tridems", "tridems"), ("countries", "countries"),
        ):  # fmt: skip
            if key in numbers:
                stated = numbers[key]
                yield records.Stated(name, str(stated.get("value", "")), self._of(keys, stated.get("src", ())))

    def _partnerships(self, rows: Sequence[Partnership]) -> tuple[list[records.City], list[records.Partnership]]:
        known = selectors.cities_of({member for row in rows for member in row.members})
        cards = {city.id: selectors.card(city) for city in known}
        cities = {
            identifier: records.City(
                city.slug, Words(city.name_for(self.language), city.name_language(self.language)), city.country,
                country_name(city.country), city.population, city.latitude, city.longitude,
                self._href("partnerships:city", city.slug),
            )
            for identifier, city in cards.items()
        }  # fmt: skip
        return list(cities.values()), [self._partnership(row, cities) for row in rows]

    def _partnership(self, row: Partnership, cities: Mapping[Any, records.City]) -> records.Partnership:
        href, keys = self._href("partnerships:partnership", row.slug), self._known(row.source)
        works, members = tuple(sorted(keys.values())), [cities[member] for member in row.members if member in cities]
        parts: dict[str, list[Fact]] = {
            part: [self._fact(stored, href + _ANCHORS.get(part, ""), works) for stored in row.facts.get(name, ())]
            for part, name in _PARTS.items()
        }
        parts["prior"] = (
            [self._fact(row.facts["prior_contacts"], href, works)] if row.facts.get("prior_contacts") else []
        )
        parts["meetings"] = [self._meeting(stored, href, keys) for stored in row.facts.get("meetings", ())]
        figures = []
        for finding in row.findings.all():
            title, text = (self._words(value, finding.language) for value in (finding.title, finding.text))
            own = tuple(sorted(self._known(finding.source).values()))
            if finding.kind == "figure":
                figures.append(records.Measure(title if title.text else text, finding.value, finding.unit, href, own))
            else:
                parts[_KINDS[finding.kind]].append(Fact(text, href, own, title))
        return records.Partnership(
            slug=row.slug,
            kind=row.kind,
            kind_name=partnership_kind(row.kind),
            title=" – ".join(city.name.text for city in members) or row.slug,
            members=[city.slug for city in members],
            status=Words(row.status, _FACTS),
            href=href,
            reasons=[matched_because(reason) for reason in row.facts.get("matched_because", ())],
            works=works,
            parts=dict(parts),
            twinning_since=row.twinning_since,
            quotes=[self._quote(quote, href) for quote in row.quotes.all()],
            figures=figures,
        )

    def _fact(self, stored: Any, href: str, works: tuple[int, ...]) -> Fact:
        if isinstance(stored, Mapping):
            title, text = Words(str(stored.get("title", "")), _FACTS), Words(str(stored.get("text", "")), _FACTS)
            return Fact(text, href, works, title)
        return Fact(Words(str(stored), _FACTS), href, works)

    def _meeting(self, stored: Mapping[str, Any], href: str, keys: Mapping[str, int]) -> Fact:
        when = str(stored.get("when", ""))
        shown = day(when)
        place = ", ".join(filter(None, (event_format(str(stored.get("format", ""))), str(stored.get("place", "")))))
        what = f"{stored.get('what', '')} ({place})" if place else str(stored.get("what", ""))
        uncertain = "" if shown else f" ({_('date uncertain')})"
        title = Words(f"{shown or when}{uncertain}", "" if shown else _FACTS)
        return Fact(Words(what, _FACTS), href + _ANCHORS["meetings"], self._of(keys, stored.get("src", ())), title)

    def _quote(self, quote: Quote, href: str) -> records.Quote:
        may = quote.consented_at is not None and quote.withdrawn_at is None
        return records.Quote(self._words(quote.text, quote.language), quote.speaker, quote.function, may, href)

    def _event(self, event: ProgrammeEvent, cities: Sequence[records.City]) -> records.Event:
        facts, href = event.facts, self._href("partnerships:programme") + f"#{event.slug}"
        works = tuple(sorted(self._known(event.source).values()))
        days = [day(text) or text for text in event.dates]
        place = _("%(city)s, %(country)s") % {"city": event.place, "country": country_name(event.country)}
        return records.Event(
            slug=event.slug,
            number=event.number,
            title=Words(event.title, str(facts.get("language", _FACTS))),
            dates=list(event.dates),
            when=_("%(first)s to %(last)s") % {"first": days[0], "last": days[-1]} if len(days) > 1 else "".join(days),
            form=event_format(event.format),
            place=place if event.place else "",
            participants=event.participants,
            participants_kind=str(facts.get("participants_kind", "")),
            href=href,
            note=str(facts.get("date_note", "")),
            works=works,
            told=list(_told(facts, cities, href, works)),
        )


def _told(
    facts: Mapping[str, Any], cities: Sequence[records.City], href: str, works: tuple[int, ...]
) -> Iterator[tuple[str, list[Fact]]]:
    names = {city.slug: city.name for city in cities}
    there = [names.get(slug, Words(str(slug))) for slug in facts.get("cities_present", ())]
    programme = facts.get("programme") or {}
    in_own_words: list[tuple[str, list[str]]] = [
        ("content", [str(facts["content"])] if facts.get("content") else []),
        ("note", [str(facts["date_note"])] if facts.get("date_note") else []),
        ("sessions", [str(text) for text in facts.get("sessions", ())]),
        *((_day_of(name), [str(text) for text in items]) for name, items in programme.items()),
        ("findings", [str(text) for text in facts.get("survey_findings", ())]),
        ("takeaways", [str(text) for text in facts.get("takeaways", ())]),
    ]
    readable = [
        ("audience", [Words(audience(str(facts["audience"])))] if facts.get("audience") else []),
        ("countries", [Words(", ".join(sorted(country_name(str(code)) for code in facts.get("countries", ()))))]),
        ("cities", [Words(", ".join(name.text for name in there))]),
    ]
    language = str(facts.get("language", _FACTS))
    told = [(key, [Words(text, language) for text in texts]) for key, texts in in_own_words]
    for key, texts in (*told, *readable):
        shown = [Fact(words, href, works) for words in texts if words.text]
        if shown:
            yield key, shown


def _day_of(name: str) -> str:
    number = name.removeprefix("day")
    return _("Day %(number)s") % {"number": number} if number.isdigit() else name


def _web(address: str) -> str:
    """Only addresses that a browser may open; an imported source could hold anything."""
    return address if address.startswith(("https://", "http://")) else ""

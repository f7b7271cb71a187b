"""The page of one problem or solution: its text, its facts, what it is joined with, its place and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor, department_by_id
from citytandem.conversation.contract import Conversation, conversation_of
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.node import this_node
from citytandem.core.permissions import allowed
from citytandem.core.versions import Reading, read
from citytandem.files.contract import AttachmentView, attachments_of
from citytandem.moderation.contract import Notice, notices_of
from citytandem.partnerships.contract import (
    CityCard,
    PartnershipCard,
    cities_by_id,
    city_choices,
    partnership_cards,
)
from citytandem.streams import presenters
from citytandem.streams.answers import Answers, answers_to, answers_view
from citytandem.streams.contract import FromNode
from citytandem.streams.history import Event, events_of
from citytandem.streams.mergers import AlsoReported, WentInto, also_reported, went_into
from citytandem.streams.models import (
    FRAME_CONDITIONS,
    Affected,
    Basis,
    Link,
    LinkMaker,
    LinkState,
    Moderation,
    Problem,
    Solution,
)
from citytandem.streams.origins import from_node_of
from citytandem.streams.presenters import Card, Fact, FactItem, city_item, fact
from citytandem.streams.selectors import history_of, links_of, uses_of
from citytandem.streams.subjects import subject_of
from citytandem.ui import charts


@dataclass(frozen=True, slots=True)
class Joined:
    """A record of the other stream that belongs to this one: who says so, and why."""

    card: Card
    maker: str
    why: Reading
    state: str
    is_confirmed: bool
    is_derived: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record comes from."""

    title: str
    url: str
    is_derived: bool


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One record, ready for the template. `standing`: how moderation stands to it; empty where it is open to readers."""

    id: UUID
    version: int
    kind: str
    code: str
    path: str
    title: Reading
    text: Reading
    original: str
    languages: Sequence[tuple[str, str]]
    city: CityCard | None
    state: str
    sort: str
    visibility: str
    is_public: bool
    themes: Sequence[str]
    facts: Sequence[Fact]
    conditions: Sequence[tuple[str, Reading]]
    evidence: str
    reuse_notes: str
    joined: Sequence[Joined]
    history: Sequence[Event]
    source: Source | None
    drawing: charts.Drawing | None
    may_edit: bool
    may_set_status: bool
    may_route: bool
    may_compare: bool
    at: datetime
    short_path: str
    attachments: Sequence[AttachmentView] = ()
    files_path: str = ""
    notice: Notice | None = None
    standing: str = ""
    conversation: Conversation | None = None
    also_reported: Sequence[AlsoReported] = ()
    went_into: WentInto | None = None
    from_node: FromNode | None = None
    answers: Answers | None = None


def record_page_of(actor: Actor, record: Any, *, kind: str, reader: str) -> RecordPage:
    """Everything the page of a record shows that the actor may read."""
    thing = subject_of(record, kind=kind, reader=reader)
    may_edit = allowed("streams.edit", actor, record)
    links = links_of(actor, record)
    others = [link.solution if kind == "problem" else link.problem for link in links]
    solutions = [record.id] if kind == "solution" else [other.id for other in others]
    uses = uses_of(solutions)
    answers = answers_to(actor, record)
    shared = record.source.get("shared_with") or []
    partnership = _partnership(record)
    members = partnership.members if partnership else ()
    cities = cities_by_id(
        [record.city, *members, *(other.city for other in others), *uses.get(record.id, ()), *answers.cities]
    )
    also = [city for city in city_choices() if city.slug in shared] if shared else []
    facts = _facts(record, kind=kind, cities=cities, also=also, uses=uses.get(record.id, ()))
    changes = history_of(record)
    is_open = kind == "problem" and record.moderation not in {Moderation.REMOVED, Moderation.MERGED}
    return RecordPage(
        id=record.id,
        version=record.version,
        kind=kind,
        code=record.code,
        path=f"/{kind}s/{record.code}",
        title=read(record.title, reader=reader, original=record.language),
        text=read(record.text, reader=reader, original=record.language),
        original=record.language,
        languages=[(code, NATIVE_NAMES.get(code, code)) for code in record.title],
        city=cities.get(record.city) if record.city else None,
        state=str(record.get_status_display() if kind == "problem" else record.get_stage_display()),
        sort=str(record.get_sender_display() if kind == "problem" else record.get_kind_display()),
        visibility=str(record.get_visibility_display()),
        is_public=record.visibility == "public",
        themes=record.themes,
        facts=[*facts, *_joint_work(partnership, cities)],
        conditions=_conditions(record, reader=reader),
        evidence=getattr(record, "evidence", ""),
        reuse_notes=getattr(record, "reuse_notes", ""),
        joined=[_joined(link, other, uses, cities, reader=reader) for link, other in zip(links, others, strict=True)],
        history=events_of(changes, actor=actor),
        source=_source(record),
        drawing=_drawing(record, kind=kind, cities=cities, uses=uses.get(record.id, ())),
        may_edit=may_edit,
        may_set_status=is_open and allowed("streams.set_status", actor, record),
        may_route=is_open and allowed("streams.take_over", actor, record),
        may_compare=kind == "solution" and actor.curates,
        at=record.created_at,
        short_path=f"/{kind[0]}/{record.code}",
        attachments=attachments_of(kind, [record.id], actor=actor, vouched=True).get(record.id, []),
        files_path=f"/files/of/{kind}/{record.id}" if may_edit else "",
        notice=notices_of([thing], actor=actor).get(record.id),
        standing=record.get_moderation_display() if record.moderation else "",
        conversation=conversation_of(actor, kind=kind, object_id=record.id, reader=reader, thing=thing),
        also_reported=also_reported(actor, record, changes, reader=reader),
        went_into=went_into(actor, record, reader=reader),
        from_node=from_node_of(record),
        answers=answers_view(
            answers, record=record, cities=cities, may_reuse=allowed("streams.reuse", actor), reader=reader
        ),
    )


def _facts(
    record: Any, *, kind: str, cities: Mapping[UUID, CityCard], also: Sequence[CityCard], uses: Sequence[UUID]
) -> list[Fact]:
    city = cities.get(record.city) if record.city else None
    told = fact(_("City"), city_item(city)) if city else []
    if record.organisation_id:
        named = record.organisation
        told += fact(_("Written for"), FactItem(named.name, f"/organisations/{named.slug}"))
    told += fact(_("Place"), record.place_name) if record.place_name else []
    told += fact(_("Also in"), *(city_item(one) for one in also))
    told += _problem_facts(record) if kind == "problem" else _solution_facts(record, uses=uses, cities=cities)
    return told


def _partnership(record: Any) -> PartnershipCard | None:
    if not record.partnership:
        return None
    return next((card for card in partnership_cards() if card.slug == record.partnership), None)


def _joint_work(partnership: PartnershipCard | None, cities: Mapping[UUID, CityCard]) -> list[Fact]:
    if partnership is None:
        return []
    names = " – ".join(presenters.city_name(cities[member]) for member in partnership.members if member in cities)
    return fact(_("Joint work of"), FactItem(names, partnership.path))


def _answering(record: Problem) -> list[Fact]:
    """Who answers, and until when."""
    department = department_by_id(record.department_id)
    if department is None:
        return []
    note = ""
    if record.answered_at is None and record.due_on is not None:
        note = _("Answers by %(day)s") % {"day": date_format(record.due_on, "DATE_FORMAT")}
    return fact(_("Answers"), FactItem(department.name_for(get_language() or "en"), department.path), note=note)


def _problem_facts(record: Problem) -> list[Fact]:
    labels = dict(Affected.choices)
    affected = ", ".join(str(labels[value]) for value in record.affected if value in labels)
    told = fact(_("Told by"), str(record.get_sender_display()))
    return [*told, *fact(_("Who is affected"), affected), *_answering(record)]


def _solution_facts(record: Solution, *, uses: Sequence[UUID], cities: Mapping[UUID, CityCard]) -> list[Fact]:
    users = [city_item(cities[city]) for city in uses if city in cities]
    readiness = _("%(level)s of 9") % {"level": record.trl} if record.trl else ""
    return [
        *fact(_("Kind of solution"), str(record.get_kind_display())),
        *fact(_("In use in"), *users),
        *fact(_("Technology readiness"), readiness, note=_("1: an idea, 9: proven in daily work (TRL)")),
        *fact(_("Provider"), record.provider),
        *fact(_("Licence"), record.licence),
        *fact(_("Cost"), _cost(record), note=record.cost_note),
        *fact(_("Standards"), ", ".join(record.standards)),
        *fact(_("Whom to ask"), record.contact_role),
        *(fact(_("Web page"), FactItem(record.url, record.url)) if record.url else []),
    ]


def _cost(record: Solution) -> str:
    low, high = (
        number_format(value, decimal_pos=0, force_grouping=True) if value is not None else ""
        for value in (record.cost_low, record.cost_high)
    )
    if low and high and low != high:
        return _("%(low)s to %(high)s euros") % {"low": low, "high": high}
    if low or high:
        return _("%(amount)s euros") % {"amount": low or high}
    return ""


def _conditions(record: Any, *, reader: str) -> list[tuple[str, Reading]]:
    labels = condition_labels()
    stored = getattr(record, "frame_conditions", None) or {}
    return [
        (labels[name], read(stored[name], reader=reader, original=record.language))
        for name in FRAME_CONDITIONS
        if stored.get(name)
    ]


def condition_labels() -> dict[str, str]:
    """The frame conditions as words."""
    return {
        "law": _("Law"),
        "responsibilities": _("Who is responsible"),
        "staff": _("Staff"),
        "data": _("Data"),
        "infrastructure": _("Infrastructure"),
    }


def _joined(
    link: Link, other: Any, uses: Mapping[UUID, Sequence[UUID]], cities: Mapping[UUID, CityCard], *, reader: str
) -> Joined:
    other._prefetched_objects_cache = {"uses": uses.get(other.id, [])}  # noqa: SLF001 - they were read in one query
    makers = {
        LinkMaker.PEOPLE: _("joined by people"),
        LinkMaker.MATCHER: _("suggested by the match"),
        LinkMaker.SOURCE: _("joined by the source"),
    }
    kind = "solution" if isinstance(other, Solution) else "problem"
    return Joined(
        card=presenters.card(other, kind=kind, reader=reader, cities=cities),
        maker=makers[LinkMaker(link.maker)],
        why=read(link.why, reader=reader),
        state=str(link.get_state_display()),
        is_confirmed=link.state == LinkState.CONFIRMED,
        is_derived=link.basis == Basis.DERIVED,
    )


def _source(record: Any) -> Source | None:
    title = str(record.source.get("title", ""))
    return Source(title, str(record.source.get("url", "")), record.basis == Basis.DERIVED) if title else None


def _drawing(record: Any, *, kind: str, cities: Mapping[UUID, CityCard], uses: Sequence[UUID]) -> charts.Drawing | None:
    """The surroundings of the record: its own place if it has one, else its city, and the cities that use it."""
    home = this_node().home_city
    city = cities.get(record.city) if record.city else None
    shown = [presenters.place_of(city, group=kind, is_home=False)] if city else []
    if record.latitude is not None and record.longitude is not None:
        name = record.place_name or (presenters.city_name(city) if city else "")
        shown = [charts.Place(name=name, longitude=record.longitude, latitude=record.latitude, group=kind)]
    users = [cities[user] for user in uses if user in cities and user != record.city]
    shown += [presenters.place_of(user, group="solution", is_home=user.id == home) for user in users]
    places = [place for place in shown if place is not None]
    return charts.around(places, least=320.0, letters=1.8) if places else None

"""Documents, memoranda, applications and stays: the papers of the work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from citytandem.core.node import this_node
from citytandem.files.contract import attachment_facts, file_lines
from citytandem.partnerships.accompanying import reading
from citytandem.partnerships.accompanying.files import KIND
from citytandem.partnerships.accompanying.forms import WEEKDAYS
from citytandem.partnerships.accompanying.shown import Frame, Line, day, line_of, span
from citytandem.partnerships.accompanying.shown import reading as read_text
from citytandem.partnerships.models import Document, Memorandum, Partnership, Signature, Stay


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file of a document. `host`: the partner's node that it opens at; empty for ours."""

    name: str
    url: str
    facts: str
    host: str = ""


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """A document: where it lies. `files_path`: where ours are looked after; empty for a partner's."""

    line: Line
    address: str
    files_path: str
    files: Sequence[FileShown]


@dataclass(frozen=True, slots=True)
class Papers:
    """All papers."""

    documents: Sequence[DocumentShown]
    memoranda: Sequence[Line]
    fundings: Sequence[Line]
    stays: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Signed:
    """Whether a city has signed, in which function and when."""

    city: str
    function: str
    on: str


@dataclass(frozen=True, slots=True)
class MemorandumPage:
    """A version of a memorandum."""

    line: Line
    number: int
    offered: str
    digest: str
    signed: Sequence[Signed]
    may_offer: bool
    may_sign: bool


def papers(partnership: Partnership, frame: Frame) -> Papers:
    """Four queries."""
    return Papers(
        documents=[
            DocumentShown(
                line=line_of(row, frame),
                address=row.address,
                files_path="" if row.origin else f"/files/of/{KIND}/{row.id}",
                files=_theirs(row) if row.origin else _ours(row),
            )
            for row in reading.documents_of(partnership)
        ],
        memoranda=[memorandum_line(row, frame) for row in reading.memoranda_of(partnership)],
        fundings=[funding_line(row, frame) for row in reading.fundings_of(partnership)],
        stays=[stay_line(row, frame) for row in reading.stays_of(partnership)],
    )


def _ours(row: Any) -> list[FileShown]:
    return [FileShown(one.name, one.url, one.facts) for one in file_lines(row.attached)]


def _theirs(row: Document) -> list[FileShown]:
    return [
        FileShown(one["name"], one["url"], attachment_facts(one["mediaType"], one["size"]), urlsplit(one["url"]).netloc)
        for one in row.files
    ]


def memorandum_line(row: Memorandum, frame: Frame) -> Line:
    """A version in a line, without its words."""
    facts = [(_("Version"), str(row.number))]
    line = line_of(row, frame, facts=facts, badge=_state(row, frame), path=f"{frame.path}/memoranda/{row.id}")
    return replace(line, text=replace(line.text, text=""))


def _state(row: Memorandum, frame: Frame) -> str:
    if row.offered_on is None:
        return _("Being written")
    signed = set(row.signed_by) if hasattr(row, "signed_by") else {one.city_id for one in row.signatures.all()}
    if signed >= {city.id for city in frame.members}:
        return _("Signed by all")
    return _("Signed by %(count)s of %(all)s") % {"count": len(signed), "all": len(frame.members)}


def memorandum_page(row: Memorandum, frame: Frame) -> MemorandumPage:
    """One query."""
    signatures: dict[UUID, Signature] = {one.city_id: one for one in row.signatures.all()}
    home = this_node().home_city
    return MemorandumPage(
        line=line_of(row, frame, badge=_state(row, frame), path=f"{frame.path}/memoranda/{row.id}"),
        number=row.number,
        offered=day(row.offered_on),
        digest=row.digest,
        signed=[_signed(frame.names[city.id], signatures.get(city.id)) for city in frame.members],
        may_offer=not row.origin and row.offered_on is None,
        may_sign=row.offered_on is not None and home in frame.names and home not in signatures,
    )


def _signed(city: str, one: Signature | None) -> Signed:
    return Signed(city, read_text(one, "title").text, day(one.on)) if one is not None else Signed(city, "", "")


def funding_line(row: Any, frame: Frame) -> Line:
    """An application in a line."""
    lead = frame.names.get(row.lead_id, "") if row.lead_id else ""
    facts = [
        (_("Call or programme"), row.call),
        (_("Who hands it in"), lead),
        (_("Amount"), _money(row.amount, row.currency)),
        (_("To be handed in until"), day(row.due_on)),
        (_("Address (URL)"), row.address),
    ]
    return line_of(row, frame, facts=facts, badge=str(row.get_state_display()))


def stay_line(row: Stay, frame: Frame) -> Line:
    """A stay in a line: who goes where, on which days, at what cost."""
    days: Mapping[int, Any] = dict(WEEKDAYS)
    start, end = (frame.names.get(city.id, city.name) for city in (row.from_city, row.to_city))
    ways = {"start": start, "end": end}
    facts = [
        (_("From and to"), _("%(start)s to %(end)s") % ways),
        (_("When"), span(row.starts_on, row.ends_on)),
        (_("On these days"), ", ".join(str(days[one]) for one in sorted(row.weekdays))),
        (_("Function"), row.function),
        (_("Costs"), _money(row.cost, row.currency)),
    ]
    return line_of(row, frame, facts=facts, badge=str(row.get_kind_display()))


def _money(amount: Any, currency: str) -> str:
    return f"{number_format(amount, decimal_pos=2, force_grouping=True)} {currency}" if amount is not None else ""

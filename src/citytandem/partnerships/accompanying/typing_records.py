"""A record and its form: what can be chosen, and what stands in it already."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language

from citytandem.core.errors import NotFound
from citytandem.core.versions import read
from citytandem.partnerships.accompanying import reading
from citytandem.partnerships.accompanying.forms import FORMS, Options, RecordForm
from citytandem.partnerships.accompanying.kinds import KINDS, Kind
from citytandem.partnerships.accompanying.shown import Frame
from citytandem.partnerships.accompanying.shown import reading as shown
from citytandem.partnerships.accompanying.writing import own_record, record_of
from citytandem.partnerships.models import Partnership


def typed_kind(name: str) -> Kind:
    """A kind that has a form; raises NotFound."""
    kind = KINDS.get(name)
    if kind is None or not kind.is_typed:
        raise NotFound("path.unknown", "")
    return kind


def options_for(kind: Kind, partnership: Partnership, frame: Frame) -> Options:
    """What the form of a kind offers; only what it needs is read."""
    wanted = set(FORMS[kind.name].chosen.values())
    return Options(
        cities=frame.options,
        topics=[(str(row.id), shown(row, "title").text) for row in reading.topics_of(partnership)]
        if "topics" in wanted
        else (),
        meetings=[(str(row.id), shown(row, "title").text) for row in reading.meetings_of(partnership)]
        if "meetings" in wanted
        else (),
        people=[(str(one), name) for one, name in reading.people_here(frame.members)] if "people" in wanted else (),
    )


def form_for(
    kind: Kind, *, data: Any, options: Options, row: Any = None, start: dict[str, Any] | None = None
) -> RecordForm:
    """The form, filled from a row or with a start."""
    initial = initial_of(kind, row) if row is not None else {"zone": settings.TIME_ZONE, **(start or {})}
    return FORMS[kind.name](data, initial=initial, options=options)


def initial_of(kind: Kind, row: Any) -> dict[str, Any]:
    """What stands in a record, as it is typed: its texts in the language they were written in."""
    texts = {
        name: read(getattr(row, name), reader=row.language or get_language() or "en", original=row.language).text
        for name in kind.texts
    }
    values = {name: getattr(row, name) for name in kind.fields if hasattr(row, name)}
    ids = {name: str(getattr(row, f"{name}_id") or "") for name in FORMS[kind.name].chosen}
    if kind.name == "meeting":
        zone = ZoneInfo(row.zone)
        values |= {
            name: getattr(row, name).astimezone(zone).strftime("%Y-%m-%dT%H:%M") for name in ("starts_at", "ends_at")
        }
    return {**texts, **values, **ids}


def own(name: str, record_id: UUID, partnership: Partnership) -> Any:
    """A record of ours to be changed."""
    return own_record(typed_kind(name).name, record_id, partnership=partnership)


def any_of(name: str, record_id: UUID, partnership: Partnership) -> Any:
    """A record of this partnership."""
    return record_of(name, record_id, partnership=partnership)

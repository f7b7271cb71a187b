"""Filling in what a notice only names: titles, quotes and names, as its reader may read them now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor, PersonCard, actor_by_id, people_by_id
from citytandem.core import subjects
from citytandem.core.node import this_node
from citytandem.core.subjects import FINE, Subject
from citytandem.core.text import shorten
from citytandem.notifications.kinds import known_kind
from citytandem.notifications.models import Notice
from citytandem.notifications.wording import has_template, placeholders_of

LONGEST_QUOTE = 400
Reference = tuple[str, UUID]


@dataclass(frozen=True, slots=True)
class Resolved:
    """All that a notice needs to be worded. `title`: of the thing it is about, empty where there is none."""

    notice: Notice
    language: str
    parameters: Mapping[str, Any]
    path: str
    title: str


def resolve(
    notices: Sequence[Notice], *, languages: Mapping[UUID, str], actor: Actor | None = None
) -> dict[UUID, Resolved]:
    """Notices by id, each in its language; those of which nothing may be told any more are missing.

    One call per kind of thing and language. What not everybody may read is asked for once per person and kind of thing;
    `actor`: the one person whose notices they all are, if that is so.
    """
    known = [notice for notice in notices if has_template(notice.template)]
    found = _subjects(known, languages)
    people = people_by_id(filter(None, (_person_in(notice) for notice in known)))
    readable = _readable(known, languages, found, actor)
    resolved = {}
    for notice in known:
        language = languages[notice.id]
        things = [found.get((language, reference)) for reference in _references(notice)]
        if all(thing is not None and (_is_open(notice, thing) or _key(notice, thing) in readable) for thing in things):
            resolved[notice.id] = _resolved(notice, language, found, people)
    return resolved


def _references(notice: Notice) -> list[Reference]:
    """What the notice is about, then what it quotes."""
    named = [(notice.about_kind, notice.about_id)] if notice.about_id else []
    quoted = _quoted(notice)
    return [*named, quoted] if quoted else named


def _quoted(notice: Notice) -> Reference | None:
    kind, _colon, number = str(notice.parameters.get("quote") or "").partition(":")
    try:
        return (kind, UUID(number)) if kind else None
    except ValueError:
        return None


def _person_in(notice: Notice) -> UUID | None:
    try:
        return UUID(str(notice.parameters.get("by") or ""))
    except ValueError:
        return None


def _subjects(notices: Sequence[Notice], languages: Mapping[UUID, str]) -> dict[tuple[str, Reference], Subject]:
    wanted: dict[str, set[Reference]] = {}
    for notice in notices:
        wanted.setdefault(languages[notice.id], set()).update(_references(notice))
    return {
        (language, reference): thing
        for language, references in wanted.items()
        for reference, thing in subjects.subjects(references, reader=language).items()
    }


def _is_open(notice: Notice, thing: Subject) -> bool:
    """For everybody to read; and whom we owe a decision gets it also about what was taken down."""
    kind = known_kind(notice.kind)
    return (thing.is_public and thing.moderation == FINE) or (kind is not None and kind.is_service)


def _key(notice: Notice, thing: Subject) -> tuple[UUID | None, str, UUID]:
    return (notice.person_id, thing.kind, thing.id)


def _readable(
    notices: Sequence[Notice],
    languages: Mapping[UUID, str],
    found: Mapping[tuple[str, Reference], Subject],
    actor: Actor | None,
) -> set[tuple[UUID | None, str, UUID]]:
    """Which person may read which of the things that are not open to all."""
    asked: dict[tuple[UUID, str], set[UUID]] = {}
    for notice in notices:
        for reference in _references(notice):
            thing = found.get((languages[notice.id], reference))
            if thing is not None and notice.person_id is not None and not _is_open(notice, thing):
                asked.setdefault((notice.person_id, thing.kind), set()).add(thing.id)
    actors = {person: actor or actor_by_id(person) for person, _kind in asked}
    readable: set[tuple[UUID | None, str, UUID]] = set()
    for (person, kind), ids in asked.items():
        known = subjects.subject_kind(kind)
        if known is not None:
            readable |= {(person, kind, one) for one in known.readable(actors[person], ids)}
    return readable


def _resolved(
    notice: Notice,
    language: str,
    found: Mapping[tuple[str, Reference], Subject],
    people: Mapping[UUID, PersonCard],
) -> Resolved:
    about = found.get((language, (notice.about_kind, notice.about_id))) if notice.about_id else None
    quoted = _quoted(notice)
    quote = found[(language, quoted)] if quoted else None
    title = str(notice.parameters.get("title") or (about.title if about else ""))
    with translation.override(language):
        person = people.get(by) if (by := _person_in(notice)) else None
        name = (person.name if person else "") or (_("Resident") if by else _("A visitor"))
    parameters = dict.fromkeys(placeholders_of(notice.template), "") | dict(notice.parameters)
    parameters |= {
        "city": this_node().name,
        "title": title,
        "text": shorten(quote.text, limit=LONGEST_QUOTE) if quote else str(notice.parameters.get("text") or ""),
        "text_language": quote.original_language if quote and quote.original_language != language else "",
        "by": name,
    }
    home = "/notifications" if notice.person_id else ""
    return Resolved(notice, language, parameters, notice.path or (about.path if about else home), title)

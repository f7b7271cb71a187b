"""The work of a partnership between the nodes of its cities: what we wrote goes out, what they wrote comes in, read only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from citytandem.core import clock, events
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.node import this_node
from citytandem.federation import details
from citytandem.federation.contract import (
    Incoming,
    Outgoing,
    Source,
    Taker,
    addresses_of,
    changed,
    copy_id,
    own_ids_of,
    register_source,
    register_taker,
    renewed_until,
    take_again,
)
from citytandem.files.contract import FilePublished, FileRemoved
from citytandem.partnerships.accompanying import checking, files, paper_links
from citytandem.partnerships.accompanying.carrying import packed, texts_watched, unpacked
from citytandem.partnerships.accompanying.events import WorkRecordChanged
from citytandem.partnerships.accompanying.kinds import KINDS, Kind
from citytandem.partnerships.accompanying.members import audience_of, member_ids, with_members
from citytandem.partnerships.contract import CityNodeKnown
from citytandem.partnerships.models import Document, Partnership
from citytandem.partnerships.nodes import cities_meant, cities_named, city_of

KIND = "PartnershipRecord"
_EXTRA = 2  # `title` and `text` travel as the name and the content of the object, other texts in its details.


def register_all() -> None:
    """Called once when Django is ready."""
    for kind in KINDS.values():
        register_source(Source(kind.local_kind, KIND, read=_reader(kind), all_ids=_lister(kind)))
    register_taker(Taker(KIND, take=take, drop=drop))
    events.listen_within(CityNodeKnown, on_city_node_known)
    events.listen_within(FilePublished, on_file)
    events.listen_within(FileRemoved, on_file)


def _reader(kind: Kind) -> Callable[[Sequence[UUID]], dict[UUID, Outgoing]]:
    return lambda ids: records_out(kind, ids)


def _lister(kind: Kind) -> Callable[[], Iterable[UUID]]:
    return lambda: list(kind.model._default_manager.filter(origin="").values_list("id", flat=True))  # noqa: SLF001 - the manager


# --- out --------------------------------------------------------------------------------------------------------------


def records_out(kind: Kind, ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
    """Our records, for the nodes of the other member cities alone; where they have none, nothing goes out."""
    related = ("partnership", *([kind.parent] if kind.parent else ()))
    rows = list(kind.model._default_manager.filter(id__in=list(ids), origin="").select_related(*related))  # noqa: SLF001 - the manager
    audiences = {row.partnership_id: audience_of(row.partnership) for row in rows}
    rows = [row for row in rows if audiences[row.partnership_id]]
    parents = {row.id: getattr(row, kind.parent) for row in rows if kind.parent and getattr(row, f"{kind.parent}_id")}
    own = addresses_of([parent.id for parent in parents.values() if not parent.origin])
    links = paper_links.links_of([row for row in rows if isinstance(row, Document)], audiences)
    named = cities_named({city for row in rows for city in (*row.partnership.members, *member_ids(row.partnership))})
    found = {}
    for row in rows:
        parent = parents.get(row.id)
        address = (parent.origin_uri or own.get(parent.id, "")) if parent is not None else ""
        if parent is None or address:
            to, more = audiences[row.partnership_id], links.get(row.id, [])
            found[row.id] = _outgoing(row, kind, parent=address, named=named, audience=to, links=more)
    return found


def _outgoing(
    row: Any, kind: Kind, *, parent: str, named: Mapping[UUID, dict[str, Any]], audience: Sequence[str],
    links: Sequence[Mapping[str, Any]],
) -> Outgoing:  # fmt: skip
    values = packed(row, kind, named=named)
    extra = {name: details.plain(getattr(row, name)) for name in kind.texts[_EXTRA:]}
    partnership = {
        "slug": row.partnership.slug,
        "kind": row.partnership.kind,
        "members": [named[city] for city in row.partnership.members if city in named],
    }
    told = {
        "language": row.language, "record": kind.name, "partnership": partnership, "of": parent, "values": values,
        "texts": {name: text for name, text in extra.items() if text}, "files": links,
    }  # fmt: skip
    said = [version["text"] for text in extra.values() for version in text.values()]
    return Outgoing(
        kind=KIND,
        texts={"name": details.plain(row.title), "content": details.plain(row.text)},
        published=row.created_at,
        updated=max(row.changed_at, row.created_at),
        details={name: value for name, value in told.items() if value},
        visibility="named",
        audience=audience,
        in_reply_to=parent if not kind.is_typed else "",
        expires=renewed_until(row.id),
        also=("Note",),
        watched=[*texts_watched(values), *said, *(str(one["name"]) for one in links)],
    )


def on_city_node_known(event: CityNodeKnown) -> None:
    """A member city has a node now, or none any more: others read what we wrote, and what was refused is looked at again."""
    if event.city is None:
        return
    for kind in KINDS.values():
        rows = kind.model._default_manager.filter(partnership__members__contains=[event.city], origin="")  # noqa: SLF001 - the manager
        for key in rows.values_list("id", flat=True):
            changed(kind.local_kind, key)
    take_again(KIND, refused=["partnership_record.not_a_member"])


def on_file(event: FilePublished | FileRemoved) -> None:
    """A document of ours has a file more or less: its readers elsewhere get to know."""
    if event.kind == files.KIND:
        changed(KINDS["document"].local_kind, event.object_id)


# --- in ---------------------------------------------------------------------------------------------------------------


def take(incoming: Incoming) -> None:
    """Show a partner's record, or its new version.

    Raises Invalid for one that cannot be read, Conflict where its node speaks for no member of the partnership, where what it
    belongs to is not here yet, or where it says something in another city's name.
    """
    told = incoming.details
    kind = KINDS.get(str(told.get("record")))
    title = details.words(incoming.texts.get("name"), limit=200, is_line=True)
    if kind is None or not title:
        raise Invalid("partnership_record.unreadable", _("This record lacks what a page of it needs."))
    partnership, city = _partnership(incoming)
    row = kind.model._default_manager.select_for_update().filter(id=copy_id(incoming.uri)).first()  # noqa: SLF001 - the manager
    is_new = row is None
    row = row or kind.model(id=copy_id(incoming.uri), partnership=partnership)
    values = unpacked(kind, details.mapping(told.get("values")))
    texts = {name: details.words(details.mapping(told.get("texts")).get(name)) for name in kind.texts[_EXTRA:]}
    texts |= {"title": title, "text": details.words(incoming.texts.get("content"))}
    known = {
        "partnership": partnership, "language": details.original_of(title, told.get("language")) or "en",
        "origin": incoming.origin, "origin_uri": incoming.uri,
        "created_at": min(incoming.published, clock.now()), "changed_at": min(incoming.updated, clock.now()),
    }  # fmt: skip
    if kind.parent:
        known[kind.parent] = _parent(kind, str(told.get("of") or ""), partnership)
    if isinstance(row, Document):
        known["files"] = paper_links.taken(told.get("files"), origin=incoming.uri)
    for name, value in {**values, **texts, **known}.items():
        setattr(row, name, value)
    _check(row, kind, city=city, partnership=partnership)
    row.save(force_insert=is_new)
    events.emit(WorkRecordChanged(partnership=partnership.id, kind=kind.name, record=row.id))
    if is_new and any(one.parent == kind.model._meta.model_name or one.is_part for one in KINDS.values()):  # noqa: SLF001 - its name
        take_again(KIND, refused=["partnership_record.parent_missing"])


def drop(uris: Sequence[str]) -> None:
    """What was withdrawn there is gone here, with what is nothing without it."""
    for kind in reversed(KINDS.values()):
        for row in kind.model._default_manager.filter(origin_uri__in=list(uris)).exclude(origin_uri=""):  # noqa: SLF001 - the manager
            events.emit(WorkRecordChanged(partnership=row.partnership_id, kind=kind.name, record=row.id))
            row.delete()


def _partnership(incoming: Incoming) -> tuple[Partnership, UUID]:
    """The partnership here, made where both its cities are known and it is not; and the city that the node speaks for."""
    told = details.mapping(incoming.details.get("partnership"))
    named = details.listed(told.get("members"))
    members, city, home = cities_meant(named), city_of(incoming.origin), this_node().home_city
    if city is None or home is None or len(members) != len(named) or len(members) not in (2, 3):
        raise Conflict("partnership_record.not_a_member", _("Its node speaks for no city of this partnership."))
    slug = details.line(told.get("slug"), limit=80)
    found = _meant(slug, members)
    if found is None:
        if city not in members or home not in members or Partnership.objects.filter(slug=slug).exists():
            raise Conflict("partnership_record.not_a_member", _("Its node speaks for no city of this partnership."))
        kind = "tandem" if len(members) == 2 else "tridem"
        source = {"title": incoming.peer_name}
        found = Partnership.objects.create(slug=slug or str(members[0]), kind=kind, members=members, source=source)
    sitting = {*found.members, *member_ids(found)}
    if city not in sitting or home not in sitting:
        raise Conflict("partnership_record.not_a_member", _("Its node speaks for no city of this partnership."))
    return found, city


def _meant(slug: str, members: list[UUID]) -> Partnership | None:
    """The one of these cities with this short name; else one that none of them has left: they may have begun anew."""
    rows = with_members(Partnership.objects.filter(members__contains=members, members__contained_by=members))
    found = list(rows.order_by("slug"))
    named = (row for row in found if row.slug == slug)
    return next(named, None) or next((row for row in found if set(members) <= set(member_ids(row))), None)


def _parent(kind: Kind, address: str, partnership: Partnership) -> Any:
    """What it belongs to or answers: ours or a partner's. None where it can do without."""
    if not address:
        if kind.is_part:
            raise Invalid("partnership_record.unreadable", _("This record lacks what a page of it needs."))
        return None
    field: Any = kind.model._meta.get_field(kind.parent)  # noqa: SLF001 - Django's public meta API
    key = own_ids_of([address]).get(address) or copy_id(address)
    found = field.related_model._default_manager.filter(id=key, partnership=partnership).first()  # noqa: SLF001 - the manager
    if found is None and kind.is_part:
        raise Conflict("partnership_record.parent_missing", _("What it belongs to has not come yet."))
    return found


def _check(row: Any, kind: Kind, *, city: UUID, partnership: Partnership) -> None:
    """What the database would refuse, said as a refusal; and that nobody signs for another city."""
    if kind.name == "signature":
        if row.city_id != city:
            raise Conflict("signature.of_another", _("A city signs for itself alone."))
        if row.digest != row.memorandum.digest:
            raise Conflict("signature.other_words", _("This signature is under other words."))
    if kind.name in {"signature", "done"}:
        column = {kind.parent: getattr(row, kind.parent)} | ({"city": row.city} if kind.name == "signature" else {})
        if kind.model._default_manager.filter(**column).exclude(id=row.id).exists():  # noqa: SLF001 - the manager
            raise Conflict("partnership_record.twice", _("This was said already."))
    if kind.name == "memorandum":
        _check_memorandum(row)
        return
    checking.check(row, members={*partnership.members, *member_ids(partnership)})


def _check_memorandum(row: Any) -> None:
    from citytandem.partnerships.accompanying.memorandum import digest

    words = row.text.get(row.language, {}).get("text", "")
    if row.offered_on is None:
        row.digest = ""
    elif row.digest != digest(row.title[row.language]["text"], words):
        raise Invalid("partnership_record.unreadable", _("This record lacks what a page of it needs."))

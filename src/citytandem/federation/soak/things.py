"""What the nodes of a soak publish and show: two tables that only its databases have."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction

from citytandem.core import clock
from citytandem.core.ids import uuid7
from citytandem.core.versions import translations
from citytandem.federation.contract import Incoming, Outgoing, Source, Taker, changed, register_source, register_taker

LOCAL_KIND = "soak"
KIND = "SoakNote"
# Stands in every text, so that what is left of a withdrawn one can be found.
MARK = "soaked:"

TABLES = """
    CREATE TABLE soak_thing (
        id uuid PRIMARY KEY, said text NOT NULL, revision int NOT NULL, visibility text NOT NULL,
        audience text[] NOT NULL, is_withdrawn bool NOT NULL DEFAULT false,
        made timestamptz NOT NULL, changed timestamptz NOT NULL
    );
    -- Nothing keeps a thing from being shown twice: that it is not, is to be found out.
    CREATE TABLE soak_shown (uri text NOT NULL, said text NOT NULL, version bigint NOT NULL);
"""


def register() -> None:
    """Publish and show what the tables hold."""
    register_source(Source(local_kind=LOCAL_KIND, kind=KIND, read=read, all_ids=_all_ids))
    register_taker(Taker(kind=KIND, take=take, drop=_drop))


def read(ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
    """What there is of some things, for partners."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, said, revision, visibility, audience, made, changed FROM soak_thing"
            " WHERE id = ANY (%s) AND NOT is_withdrawn",
            [list(ids)],
        )
        rows = cursor.fetchall()
    return {
        identifier: Outgoing(
            kind=KIND,
            texts={"name": translations(en=said)},
            published=made,
            updated=at,
            details={"revision": revision},
            visibility=visibility,
            audience=audience,
        )
        for identifier, said, revision, visibility, audience, made, at in rows
    }


def _all_ids() -> Iterable[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM soak_thing")
        return [row[0] for row in cursor.fetchall()]


def take(thing: Incoming) -> None:
    """Show it, or its new text."""
    said = thing.texts["name"]["en"]["text"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE soak_shown SET said = %s, version = %s WHERE uri = %s", [said, thing.version, thing.uri])
        if not cursor.rowcount:
            cursor.execute("INSERT INTO soak_shown VALUES (%s, %s, %s)", [thing.uri, said, thing.version])


def _drop(uris: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM soak_shown WHERE uri = ANY (%s)", [list(uris)])


@transaction.atomic
def write_something(chance: random.Random, *, audiences: Sequence[Sequence[str]]) -> None:
    """Publish something new, or change or withdraw something of before, as a module would."""
    share = chance.random()
    identifier = _pick(chance) if share < 0.45 else None
    if identifier is None:
        identifier = _add(chance, audiences=audiences)
    elif not _change(identifier, is_withdrawn=share < 0.15):
        return  # somebody else has withdrawn it meanwhile
    changed(LOCAL_KIND, identifier)


@transaction.atomic
def add_one_of_each(*, audiences: Sequence[Sequence[str]]) -> None:
    """Publish something for everybody, something for partners, and something for each audience alone."""
    for visibility, audience in [("public", ()), ("partners", ()), *(("named", one) for one in audiences)]:
        changed(LOCAL_KIND, _insert(visibility, audience))


@transaction.atomic
def withdraw_the_oldest() -> None:
    """Withdraw what has been public for longest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM soak_thing WHERE NOT is_withdrawn AND visibility = 'public' ORDER BY id LIMIT 1")
        row = cursor.fetchone()
    if row and _change(row[0], is_withdrawn=True):
        changed(LOCAL_KIND, row[0])


def _pick(chance: random.Random) -> UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM soak_thing WHERE NOT is_withdrawn ORDER BY id")
        rows = cursor.fetchall()
    return chance.choice(rows)[0] if rows else None


def _add(chance: random.Random, *, audiences: Sequence[Sequence[str]]) -> UUID:
    visibility = chance.choices(["partners", "public", "named"], [5, 3, 2])[0]
    return _insert(visibility, chance.choice(audiences) if visibility == "named" else ())


def _insert(visibility: str, audience: Sequence[str]) -> UUID:
    identifier, now = uuid7(), clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO soak_thing (id, said, revision, visibility, audience, made, changed)"
            " VALUES (%s, %s, 1, %s, %s, %s, %s)",
            [identifier, f"{MARK}{identifier}:1", visibility, list(audience), now, now],
        )
    return identifier


def _change(identifier: UUID, *, is_withdrawn: bool) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE soak_thing SET revision = revision + 1, changed = %s, is_withdrawn = %s,"
            " said = %s || id::text || ':' || (revision + 1)::text WHERE id = %s AND NOT is_withdrawn",
            [clock.now(), is_withdrawn, MARK, identifier],
        )
        return bool(cursor.rowcount)

"""Nodes that do not do what they must, so that it is seen whether a soak would notice. Only its tests ask for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import connection

from citytandem.federation.contract import Incoming, Outgoing
from citytandem.federation.soak import things

# The text of what was withdrawn stays where it was.
_KEEP = """
    CREATE OR REPLACE FUNCTION soak_keep() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.body := OLD.body;
            RETURN NEW;
        END
    $$;
    CREATE OR REPLACE TRIGGER soak_keep BEFORE UPDATE ON federation_sharedobject FOR EACH ROW
        WHEN (NEW.is_tombstone AND NOT NEW.is_own) EXECUTE FUNCTION soak_keep();
"""


def drops() -> None:
    """Never shows every third object that comes, and says nothing of it."""
    take, seen = things.take, dict[str, bool]()

    def take_most(thing: Incoming) -> None:
        if not seen.setdefault(thing.uri, len(seen) % 3 == 0):
            take(thing)

    things.take = take_most


def tells() -> None:
    """Gives what is only for some to all its partners."""
    read = things.read

    def read_widely(ids: Sequence[UUID]) -> dict[UUID, Outgoing]:
        return {key: replace(one, visibility="partners", audience=()) for key, one in read(ids).items()}

    things.read = read_widely


def keeps() -> None:
    """Keeps the text of what was withdrawn."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP)


FAULTS: dict[str, Callable[[], None]] = {"drops": drops, "tells": tells, "keeps": keeps}

"""The page on which our city says how far it is with a partner's solution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import NotFound
from citytandem.core.versions import Reading, read
from citytandem.streams.contract import FromNode
from citytandem.streams.models_shared import Reuse
from citytandem.streams.origins import from_node_of
from citytandem.streams.selectors import record_get


@dataclass(frozen=True, slots=True)
class ReusePage:
    """A partner's solution, and what we have said of it so far. `conditions`: by name, those that its city has told."""

    code: str
    path: str
    title: Reading
    from_node: FromNode
    conditions: Mapping[str, Reading]
    own: Reuse | None


def reuse_page_of(actor: Actor, key: str, *, reader: str) -> ReusePage:
    """Raises NotFound where the actor may not read the solution, and for one of our own."""
    record = record_get(actor, kind="solution", key=key)
    node = from_node_of(record)
    if node is None:
        raise NotFound("record.unknown", _("This entry does not exist, or it is not public."))
    told = {
        name: read(versions, reader=reader, original=record.language)
        for name, versions in record.frame_conditions.items()
    }
    own = Reuse.objects.filter(origin="", solution_uri=record.origin_uri).first()
    title = read(record.title, reader=reader, original=record.language)
    return ReusePage(record.code, f"/solutions/{record.code}", title, node, told, own)

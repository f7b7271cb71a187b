"""What somebody sees of a conversation, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from citytandem.accounts.contract import ANYBODY, Actor
from citytandem.conversation.contract import (
    Conversation,
    conversation_of,
)
from citytandem.core.errors import DomainError
from citytandem.streams.models import Problem
from tests.integration.conversation.talks import Talk


def page(talk: Talk, actor: Actor = ANYBODY) -> Conversation:
    """What somebody sees below the problem."""
    return conversation_of(actor, kind="problem", object_id=talk.problem.id, reader="en")


def words(talk: Talk, actor: Actor = ANYBODY) -> list[str]:
    """The words that somebody sees, threads and replies in their order; `-` where only the place is left."""
    shown = [*page(talk, actor).pinned, *page(talk, actor).threads]
    every = [one for thread in shown for one in (thread, *thread.replies)]
    return ["".join(part.text for part in one.parts) or "-" for one in every]


@contextmanager
def refused(error: type[DomainError], code: str) -> Iterator[None]:
    """What is inside is refused, for this reason."""
    with pytest.raises(error) as told:
        yield
    assert told.value.code == code


def make_other_problem(talk: Talk, **fields: Any) -> Problem:
    """A second problem of the same sender."""
    from citytandem.streams.services.records import Wording, record_submit

    record = record_submit(kind="problem", wording=Wording("Lamps are dark", "", "en"), by=talk.sender)
    Problem.objects.filter(id=record.id).update(**fields)
    return record

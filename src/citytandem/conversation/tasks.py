"""Background work of conversations: one service call each."""

from __future__ import annotations

from citytandem.conversation.services import telling
from citytandem.core import jobs

# So many comments per job: it ends soon when the node stops, and leaves room for others.
SLICE = 500


@jobs.task(name="conversation.tell", queue="default", queueing_lock="conversation.tell", pass_context=False)
def tell() -> None:
    """Tell people of comments that wait for it; a next job follows while some are left."""
    if telling.tell_waiting(limit=SLICE) == SLICE:
        jobs.enqueue("conversation.tell", once="conversation.tell")


@jobs.app.periodic(cron="* * * * *")
@jobs.task(name="conversation.look_after", queue="default", queueing_lock="conversation.look_after")
def look_after(timestamp: int) -> None:  # noqa: ARG001 - the scheduler passes its time
    """Pick up what a kill between a comment and its job left untold."""
    telling.tell_waiting(limit=SLICE)

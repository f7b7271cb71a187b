"""Working off a node's jobs one after another, so that killing it at any moment leaves them to its next start.

So do the nodes that have no worker of their own. The jobs are the same.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from citytandem.core import clock
from citytandem.core.jobs import MOST_ATTEMPTS, app

logger = logging.getLogger(__name__)

_NEXT = """
    UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'todo' AND queue_name IN ('federation', 'partners') AND (scheduled_at IS NULL OR scheduled_at <= now())
        ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id, task_name, args, attempts
"""
_IS_BUSY = """
    SELECT EXISTS (
        SELECT FROM procrastinate_jobs WHERE queue_name IN ('federation', 'partners') AND (
            status = 'doing' OR (status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()))
        )
    )
"""
_AGAIN = "UPDATE procrastinate_jobs SET status = 'todo', attempts = attempts + 1, scheduled_at = %s WHERE id = %s"
# What another one with the same key does as well need not be done twice.
_TAKE_UP = """
    DELETE FROM procrastinate_jobs AS left_over WHERE status = 'doing' AND EXISTS (
        SELECT FROM procrastinate_jobs AS other WHERE other.queueing_lock = left_over.queueing_lock
        AND (other.status = 'todo' OR (other.status = 'doing' AND other.id > left_over.id))
    );
    UPDATE procrastinate_jobs SET status = 'todo' WHERE status = 'doing';
"""


def take_up_left() -> None:
    """Put back what the process before was killed over."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_TAKE_UP)


def is_idle() -> bool:
    """Whether the worker beside us has nothing to do now."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_BUSY)
        return not cursor.fetchone()[0]


def work_off(*, most: int) -> int:
    """Do up to `most` jobs that wait; returns how many there were. One that fails is logged and is done with."""
    for done in range(most):
        with connection.cursor() as cursor:
            cursor.execute(_NEXT)
            row = cursor.fetchone()
        if row is None:
            return done
        _do(*row)
    return most


def _do(number: int, name: str, args: dict[str, Any] | str, attempts: int) -> None:
    task: Any = app.tasks[name]
    values = json.loads(args) if isinstance(args, str) else args
    again = None
    try:
        task.func(**values)
    except OperationalError as error:
        # As the usual worker does: a deadlock, or a database that is away for a moment.
        logger.info("%s again: %s", name, error)
        again = clock.now() + timedelta(seconds=1) if attempts < MOST_ATTEMPTS else None
    except Exception:
        logger.exception("%s failed", name)
    with connection.cursor() as cursor:
        try:
            if again is not None:
                with transaction.atomic():
                    cursor.execute(_AGAIN, [again, number])
                return
        except IntegrityError:
            pass  # its like waits already under the same key, and does the same
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [number])

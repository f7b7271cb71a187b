"""Retention rules that really delete: each holding's own, once a night."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import F

from citytandem.accounts.actors import Actor
from citytandem.accounts.holdings import Holding, holdings
from citytandem.accounts.models import Sweep
from citytandem.accounts.privacy.periods import kept_since
from citytandem.core import clock
from citytandem.core.errors import DomainError
from citytandem.core.permissions import require

logger = logging.getLogger(__name__)


def sweep_all(*, by: Actor, now: datetime | None = None) -> dict[str, int]:
    """Delete what has been kept long enough; how many, by the name of the holding. Raises Forbidden.

    One rule that fails does not keep the others from being carried out; it is logged, and tried again next time.
    """
    require("accounts.administer", by)
    moment = now or clock.now()
    return {holding.name: deleted for holding, deleted in _each(holdings(), moment)}


def _each(kept: Iterable[Holding], now: datetime) -> Iterable[tuple[Holding, int]]:
    for holding in kept:
        before = kept_since(holding, now=now)
        if holding.sweep is None or before is None:
            continue
        try:
            with transaction.atomic():
                deleted = holding.sweep(before)
                _note(holding.name, deleted, now)
        except (DatabaseError, DomainError, OSError):
            logger.exception("the retention rule of %s failed", holding.name)
            continue
        yield holding, deleted


def _note(name: str, deleted: int, now: datetime) -> None:
    Sweep.objects.update_or_create(
        holding=name,
        defaults={"at": now, "deleted": deleted, "deleted_ever": F("deleted_ever") + deleted},
        create_defaults={"at": now, "deleted": deleted, "deleted_ever": deleted},
    )

"""Who sent how many texts, and which were alike: for three days, without names."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from citytandem.core import clock
from citytandem.moderation.models import Sending
from citytandem.moderation.spam import fingerprint

DAYS = 3
# With how many of the latest texts a new one is compared.
MOST_COMPARED = 400


def sent_before(*, object_id: UUID, text: str, sender: str) -> tuple[int, list[int]]:
    """How many texts this sender sent within the hour, and the fingerprints of the latest others; keeps the new one.

    A text that is mended is no copy of itself.
    """
    now, key = clock.now(), _key(sender)
    others = Sending.objects.filter(at__gte=now - timedelta(days=DAYS)).exclude(object_id=object_id)
    latest = list(others.order_by("-at").values_list("fingerprint", flat=True)[:MOST_COMPARED])
    sent = others.filter(sender=key, at__gte=now - timedelta(hours=1)).count()
    Sending.objects.bulk_create(
        [Sending(object_id=object_id, sender=key, fingerprint=_signed(fingerprint(text)), at=now)],
        update_conflicts=True,
        unique_fields=["object_id"],
        update_fields=["fingerprint"],
    )
    return sent, [number % (1 << 64) for number in latest]


def forget_old() -> int:
    """Delete what is older than three days; returns how many."""
    gone, _details = Sending.objects.filter(at__lt=clock.now() - timedelta(days=DAYS)).delete()
    return gone


def _signed(number: int) -> int:
    """PostgreSQL counts 64 bits from below zero."""
    return number - (1 << 64) if number >= 1 << 63 else number


def _key(sender: str) -> str:
    digest = hmac.new(settings.SECRET_KEY.encode(), f"moderation.sender:{sender}".encode(), hashlib.sha256)
    return digest.hexdigest()[:40]

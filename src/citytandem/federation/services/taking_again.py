"""What a module has refused, for a reason that can go, is handed to it once more."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F

from citytandem.core import jobs
from citytandem.federation.models import SharedObject


def take_again(kind: str, *, refused: Collection[str]) -> None:
    """Objects of a kind that were set aside with one of these codes wait again. Call it within the transaction that writes."""
    kept = SharedObject.objects.filter(is_own=False, is_gone=False, kind=kind, refusal__in=list(refused))
    # An older version may be on show: only of a first one nothing can be.
    if kept.update(refusal="", applied_version=F("version") - 1):
        jobs.enqueue("federation.apply", queue="federation", once="federation.apply")

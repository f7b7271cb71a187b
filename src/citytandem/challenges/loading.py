"""What is not read with every row: the kept ranking of a challenge, which may be most of a megabyte."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from django.db import models

_Row = TypeVar("_Row", bound=models.Model)


class BesideRanking(models.Manager[_Row]):
    """Rows that belong to a challenge: where it is selected along, without its `result`. Looking at it costs one query."""

    path: ClassVar[str] = "challenge__result"

    def get_queryset(self) -> models.QuerySet[_Row]:
        """See Manager."""
        return super().get_queryset().defer(self.path)


class WithoutRanking(BesideRanking[_Row]):
    """Challenges without their `result`."""

    path = "result"

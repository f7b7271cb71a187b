"""The events of a programme."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from citytandem.core.ids import uuid7


class ProgrammeEvent(models.Model):
    """A conference, workshop or meeting of a programme. Dates as the source gives them; some are uncertain."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=80, unique=True)
    number = models.PositiveSmallIntegerField(null=True)
    title = models.TextField()
    dates = ArrayField(models.CharField(max_length=10), default=list)
    starts_on = models.DateField(null=True)
    format = models.CharField(max_length=16, blank=True)
    place = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)
    participants = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict)
    source = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.title

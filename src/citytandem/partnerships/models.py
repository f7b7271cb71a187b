"""Cities and their profiles, the partnerships between them, and the events of a programme."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from citytandem.core.ids import uuid7


class City(models.Model):
    """A municipality. What nobody has said stays empty; `can_teach` and the like keep their basis per item."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    name_latin = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=120, blank=True)
    languages = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    population = models.PositiveIntegerField(null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    geonameid = models.PositiveIntegerField(null=True, unique=True)
    is_profiled = models.BooleanField(default=False)
    profile = models.TextField(blank=True)
    strategy = models.JSONField(null=True)
    topics = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    can_teach = models.JSONField(default=list)
    wants_to_learn = models.JSONField(default=list)
    twinnings = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    source = models.JSONField(default=dict)
    sort_key = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                # A comparison with NULL is not false, so half a place would pass without the first two.
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="city_on_earth",
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="city_by_name"),
            models.Index(fields=["sort_key", "id"], condition=Q(is_profiled=True), name="city_profiled"),
            models.Index(fields=["country", "sort_key"], name="city_by_country"),
        ]

    def __str__(self) -> str:
        return self.name


class CityNode(models.Model):
    """The city that a partner node speaks for, as the profile says that it publishes. `is_made`: the profile made the city."""

    did = models.CharField(max_length=512, unique=True)
    uri = models.CharField(max_length=700, unique=True)
    city = models.OneToOneField(City, on_delete=models.CASCADE, related_name="node")
    is_made = models.BooleanField(default=False)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.did}: {self.city_id}"


class Partnership(models.Model):
    """Two or three cities that work together."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=[("tandem", "tandem"), ("tridem", "tridem")])
    members = ArrayField(models.UUIDField())
    status = models.TextField(blank=True)
    twinning_since = models.PositiveSmallIntegerField(null=True)
    facts = models.JSONField(default=dict)
    source = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="tandem", members__len=2) | Q(kind="tridem", members__len=3),
                name="partnership_has_its_members",
            )
        ]

    def __str__(self) -> str:
        return self.slug


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

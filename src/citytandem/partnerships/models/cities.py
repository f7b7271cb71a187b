"""Cities, what they say of themselves, who is to be asked there, and the node that speaks for them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from citytandem.core.ids import uuid7


class City(models.Model):
    """A municipality. What nobody has said stays empty; `can_teach` and the like keep their basis per item.

    `degurba`: degree of urbanisation (1 city, 2 town or suburb, 3 rural; Eurostat). `maturity`: the self-assessment, as
    {dimension: {"level": 0 to 4, "because": text}}. `hours`: what staff can give to an exchange in a month. `teach_themes`
    and `learn_themes`: the controlled vocabulary beside the words of `can_teach` and `wants_to_learn`. `networks`: what the
    city belongs to, by id. `borders`: the countries (ISO 3166) on whose border it lies. `said_at`: when the city itself last
    changed it.
    """

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
    degurba = models.PositiveSmallIntegerField(null=True, blank=True)
    maturity = models.JSONField(default=dict, blank=True)
    hours = models.PositiveSmallIntegerField(null=True, blank=True)
    exchange_budget = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    can_travel = models.BooleanField(null=True)
    teach_themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    learn_themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    networks = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    borders = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(degurba=None) | Q(degurba__isnull=False, degurba__range=(1, 3)), name="city_degurba"
            ),
            models.CheckConstraint(
                condition=Q(exchange_budget=None) | Q(exchange_budget__isnull=False, exchange_budget__gte=0),
                name="city_budget_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="city_by_name"),
            models.Index(fields=["sort_key", "id"], condition=Q(is_profiled=True), name="city_profiled"),
            models.Index(fields=["country", "sort_key"], name="city_by_country"),
        ]

    def __str__(self) -> str:
        return self.name


class CityContact(models.Model):
    """Somebody to be asked in a city. Each city that works in a partnership names one person and a deputy.

    `person`: their sign-in here, if they have one. `until`: the day they left; then the name stays for those who look back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="contacts")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=120)
    function = models.CharField(max_length=160, blank=True)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    languages = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    is_deputy = models.BooleanField(default=False)
    consented_at = models.DateTimeField(null=True, blank=True)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__isnull=False, until__gte=F("since")),
                name="contact_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["city", "is_deputy"], name="contact_of_city")]

    def __str__(self) -> str:
        return f"{self.name} ({self.city_id})"


class CityNode(models.Model):
    """The city that a partner node speaks for, as the profile says that it publishes. `is_made`: the profile made the city."""

    did = models.CharField(max_length=512, unique=True)
    uri = models.CharField(max_length=700, unique=True)
    city = models.OneToOneField(City, on_delete=models.CASCADE, related_name="node")
    is_made = models.BooleanField(default=False)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.did}: {self.city_id}"

"""Programmes and the partnerships of two or three cities: who sits in them, and what came of them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.partnerships.models.cities import City


class ProgrammeState(models.TextChoices):
    """How far a programme has come."""

    DRAFT = "draft", _("Draft")
    CALL = "call", _("Open for applications")
    MATCHING = "matching", _("Being matched")
    RUNNING = "running", _("Running")
    ENDED = "ended", _("Ended")


class Programme(models.Model):
    """A coordinated set of partnerships with events and evaluation.

    `weights` and `rules`: as the matching reads them (`cohort`). `facts`: what its source tells beyond the columns, among it
    the contradictions that are known (`data_quality_notes`). `quiet_weeks`: after so many without contact it is told.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    language = models.CharField(max_length=2, default="en")
    title = TranslatedField()
    text = TranslatedField()
    state = models.CharField(max_length=8, choices=ProgrammeState, default=ProgrammeState.DRAFT)
    applies_until = models.DateTimeField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    weights = models.JSONField(default=dict, blank=True)
    rules = models.JSONField(default=dict, blank=True)
    quiet_weeks = models.PositiveSmallIntegerField(default=8)
    facts = models.JSONField(default=dict, blank=True)
    source = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None)
                | Q(ends_on=None)
                | Q(starts_on__isnull=False, ends_on__isnull=False, ends_on__gte=F("starts_on")),
                name="programme_ends_after_it_began",
            ),
            models.CheckConstraint(condition=Q(quiet_weeks__range=(1, 104)), name="programme_quiet_weeks"),
        ]

    def __str__(self) -> str:
        return self.slug


class PartnershipState(models.TextChoices):
    """How far a partnership has come."""

    PLANNED = "planned", _("Planned")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


class Partnership(models.Model):
    """Two or three cities that work together. `members`: as it was founded; `seats` tell who came and left.

    `status`: its state in the words of its source. `last_contact_on`: the latest meeting or exchange that is in the record.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=[("tandem", "tandem"), ("tridem", "tridem")])
    members = ArrayField(models.UUIDField())
    status = models.TextField(blank=True)
    twinning_since = models.PositiveSmallIntegerField(null=True)
    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.SET_NULL, related_name="partnerships"
    )
    state = models.CharField(max_length=7, choices=PartnershipState, default=PartnershipState.ACTIVE)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    last_contact_on = models.DateField(null=True, blank=True)
    facts = models.JSONField(default=dict)
    source = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="tandem", members__len=2) | Q(kind="tridem", members__len=3),
                name="partnership_has_its_members",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None)
                | Q(ends_on=None)
                | Q(starts_on__isnull=False, ends_on__isnull=False, ends_on__gte=F("starts_on")),
                name="partnership_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class Seat(models.Model):
    """A city's place in a partnership, from when to when. `is_docked`: it came from another one that its partner had left.

    `left_because`: in the city's words.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="seats")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="seats")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    is_paused = models.BooleanField(default=False)
    is_docked = models.BooleanField(default=False)
    left_because = TranslatedField()
    contact = models.ForeignKey(
        "partnerships.CityContact", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    deputy = models.ForeignKey(
        "partnerships.CityContact", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "city"], condition=Q(until=None), name="seat_once_in_a_partnership"
            ),
            models.CheckConstraint(
                condition=Q(since=None)
                | Q(until=None)
                | Q(since__isnull=False, until__isnull=False, until__gte=F("since")),
                name="seat_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(contact=None) | Q(deputy=None) | ~Q(contact=F("deputy")), name="seat_deputy_is_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city_id} in {self.partnership_id}"

"""Pilots: what is tried out where and on what grounds, the gates before it, what was measured, what it cost."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.loading import BesideRanking
from citytandem.challenges.models_proposals import ImportState
from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.core.languages import LANGUAGES


class PilotState(models.TextChoices):
    """How far a pilot has come."""

    PLANNED = "planned", _("Being prepared")
    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished, not decided")
    DECIDED = "decided", _("Decided")
    ABANDONED = "abandoned", _("Broken off")


class PilotDecision(models.TextChoices):
    """What follows from a pilot."""

    SCALE = "scale", _("Take it to the whole city")
    CHANGE = "change", _("Change it and try again")
    STOP = "stop", _("Stop it")


class AiClass(models.TextChoices):
    """The risk class of the AI Act (Regulation (EU) 2024/1689) that the city sees the pilot in; empty: nobody has said."""

    NONE = "none", _("No AI in it")
    MINIMAL = "minimal", _("Minimal risk")
    LIMITED = "limited", _("Limited risk: people have to be told (article 50)")
    HIGH = "high", _("High risk (article 6)")
    PROHIBITED = "prohibited", _("Prohibited (article 5)")


class GateKind(models.TextChoices):
    """What has to be looked at before a pilot starts."""

    DATA_PROTECTION = "data_protection", _("Data protection")
    ETHICS = "ethics", _("Ethics board")


class GateState(models.TextChoices):
    """What the review came to."""

    OPEN = "open", _("Not reviewed yet")
    PASSED = "passed", _("Passed")
    REFUSED = "refused", _("Refused")
    NOT_NEEDED = "not_needed", _("Not needed")


class Pilot(models.Model):
    """A trial in the sandbox. `conditions`: frame conditions by name (law, responsibilities, staff, data, infrastructure),
    each a text by language. `solution`: what was drafted for the stream from it. `planned_by`: who last changed the plan;
    neither they nor whoever made it review it. `findings`: what `finding_stored` makes of the measurements."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=10, unique=True)
    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.PROTECT, related_name="pilots")
    proposal = models.ForeignKey("challenges.Proposal", on_delete=models.PROTECT, related_name="pilots")
    language = models.CharField(max_length=2)
    hypothesis = TranslatedField()
    site = TranslatedField()
    legal_basis = TranslatedField()
    risks = TranslatedField()
    conditions = models.JSONField(default=dict, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ai_class = models.CharField(max_length=10, choices=AiClass, blank=True)
    hourly_rate = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    state = models.CharField(max_length=9, choices=PilotState, default=PilotState.PLANNED)
    state_since = models.DateTimeField()
    findings = models.JSONField(null=True, blank=True)
    decision = models.CharField(max_length=6, choices=PilotDecision, blank=True)
    because = TranslatedField()
    decided_at = models.DateTimeField(null=True, blank=True)
    solution = models.UUIDField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = BesideRanking()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="pilot_language_known"),
            models.CheckConstraint(condition=Q(state__in=PilotState.values), name="pilot_state_known"),
            models.CheckConstraint(condition=Q(ai_class__in=["", *AiClass.values]), name="pilot_ai_class_known"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="pilot_days_ordered"),
            models.CheckConstraint(
                condition=Q(started_at=None) | Q(ended_at=None) | Q(started_at__lte=F("ended_at")),
                name="pilot_times_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["running", "finished", "decided"])
                | (Q(started_at__isnull=False) & ~Q(ai_class__in=["", "prohibited"])),
                name="pilot_running_was_started",
            ),
            models.CheckConstraint(
                condition=(Q(decision="") & ~Q(state="decided"))
                | Q(decision__in=PilotDecision.values, state="decided", decided_at__isnull=False),
                name="pilot_decided_has_decision",
            ),
            models.CheckConstraint(
                condition=Q(hourly_rate=None) | Q(hourly_rate__gte=0), name="pilot_rate_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["challenge", "-created_at"], name="pilot_of_challenge"),
            models.Index(fields=["state", "-state_since"], name="pilot_state"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.state}"


class Gate(models.Model):
    """A review before a pilot starts, and what it said."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="gates")
    kind = models.CharField(max_length=15, choices=GateKind)
    state = models.CharField(max_length=10, choices=GateState, default=GateState.OPEN)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "kind"], name="gate_once"),
            models.CheckConstraint(condition=Q(kind__in=GateKind.values), name="gate_kind_known"),
            models.CheckConstraint(condition=Q(state__in=GateState.values), name="gate_state_known"),
            models.CheckConstraint(condition=Q(state="open") | ~Q(note=""), name="gate_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"


class Indicator(models.Model):
    """What is measured: see `pilots.indicators.Indicator`, which reads it."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=60)
    direction = models.CharField(max_length=4, choices=[("up", _("More is better")), ("down", _("Less is better"))])
    kind = models.CharField(
        max_length=5, choices=[("level", _("A value")), ("count", _("A number of events"))], default="level"
    )
    baseline = models.FloatField(null=True, blank=True)
    target = models.FloatField(null=True, blank=True)
    source = models.CharField(
        max_length=10,
        choices=[("hand", _("Entered by hand")), ("csv", _("From a table")), ("datastream", _("From a sensor"))],
        default="hand",
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "name"], name="indicator_once"),
            models.CheckConstraint(condition=Q(direction__in=["up", "down"]), name="indicator_direction_known"),
            models.CheckConstraint(condition=Q(kind__in=["level", "count"]), name="indicator_kind_known"),
            models.CheckConstraint(
                condition=Q(source__in=["hand", "csv", "datastream"]), name="indicator_source_known"
            ),
            models.CheckConstraint(
                condition=(Q(baseline=None) | Q(baseline__gt=-1e12, baseline__lt=1e12))
                & (Q(target=None) | Q(target__gt=-1e12, target__lt=1e12)),
                name="indicator_is_finite",
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Measurement(models.Model):
    """One value: see `pilots.indicators.Measurement`. `is_after`: while the pilot ran; else before it."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="measurements")
    at = models.DateTimeField()
    value = models.FloatField()
    is_after = models.BooleanField()
    place = models.CharField(max_length=120, blank=True)
    exposure = models.FloatField(default=1)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "at", "place"], name="measurement_once"),
            models.CheckConstraint(condition=Q(value__gt=-1e15, value__lt=1e15), name="measurement_is_finite"),
            models.CheckConstraint(
                condition=Q(exposure__gt=0, exposure__lt=1e12), name="measurement_exposure_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.value}"


class MeasurementImport(models.Model):
    """A table of measurements that is read in the background: `bad` holds the first rows that were left out,
    {line, code, told}; `known`: were there already; `differing`: are there with another value, which stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="imports")
    name = models.CharField(max_length=200, blank=True)
    table = models.BinaryField()
    is_baseline = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    differing = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)
    bad = models.JSONField(default=list, blank=True)
    error = models.CharField(max_length=80, blank=True)
    told = models.CharField(max_length=200, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="measurement_import_state_known"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="measurement_import_not_beyond"),
        ]
        indexes = [models.Index(fields=["pilot", "-created_at"], name="measurement_import_new")]

    def __str__(self) -> str:
        return f"{self.name}: {self.done} of {self.total}"


class PilotCost(models.Model):
    """What was paid, or how many hours people of the city worked."""

    class Kind(models.TextChoices):
        """What for."""

        DEVICES = "devices", _("Devices")
        SOFTWARE = "software", _("Software")
        SERVICE = "service", _("Services bought")
        WORK = "work", _("Own work")
        OTHER = "other", _("Other")

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="costs")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    hours = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    note = models.CharField(max_length=300, blank=True)
    on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["devices", "software", "service", "work", "other"]), name="pilot_cost_kind_known"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0, hours__gte=0), name="pilot_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.amount}"

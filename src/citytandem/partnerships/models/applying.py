"""Cities that apply to a programme, and the groupings of them that were computed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.partnerships.models.cities import City
from citytandem.partnerships.models.programmes import Programme


class ApplicationState(models.TextChoices):
    """How far an application has come."""

    DRAFT = "draft", _("Draft")
    HANDED_IN = "handed_in", _("Handed in")
    ADMITTED = "admitted", _("Admitted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Application(models.Model):
    """A city's wish to take part, one for each programme. What it teaches and wants to learn is in its profile.

    `consented_at`: since when the city agrees that the coordination uses its profile for the matching; without that it is
    not matched. `reason`: why it was admitted or declined, in the coordination's words.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="applications")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(max_length=9, choices=ApplicationState, default=ApplicationState.DRAFT)
    language = models.CharField(max_length=2)
    text = TranslatedField()
    is_late = models.BooleanField(default=False)
    consented_at = models.DateTimeField(null=True, blank=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "city"], name="application_once_for_a_city"),
            models.CheckConstraint(
                condition=~Q(state__in=["handed_in", "admitted"]) | Q(consented_at__isnull=False),
                name="application_with_consent",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["admitted", "declined"]) | Q(decided_at__isnull=False) & ~Q(reason=""),
                name="application_decided_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.city_id} for {self.programme_id}"


class SolutionState(models.TextChoices):
    """How far a computation has come."""

    WAITING = "waiting", _("Waits for its turn")
    RUNNING = "running", _("Is being computed")
    DONE = "done", _("Computed")
    FAILED = "failed", _("Failed")


class CohortSolution(models.Model):
    """A grouping of a programme's cities, as it was asked for and as it came out.

    `weights` and `rules`: what it was computed with. `applicants`: the facts of the cities at that moment, so that the
    result can be understood when the profiles have changed. `result`: see `programmes.computing`. `number`: counts up in
    a programme. `progress`: 0 to 100.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="solutions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=SolutionState, default=SolutionState.WAITING)
    note = models.CharField(max_length=200, blank=True)
    weights = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)
    applicants = models.JSONField(default=list)
    result = models.JSONField(default=dict, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=60, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="solution_number_once"),
            models.UniqueConstraint(
                fields=["programme"], condition=Q(published_at__isnull=False), name="solution_published_once"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(state="done"), name="solution_published_when_done"
            ),
            models.CheckConstraint(condition=Q(progress__range=(0, 100)), name="solution_progress"),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.programme_id}"

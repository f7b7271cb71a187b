"""Replication passports: whether a solution fits a city under its own conditions, what has to be done, what came of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.partnerships.models.cities import City


class PassportState(models.TextChoices):
    """How far a reuse has come."""

    DRAFT = "draft", _("Being compared")
    ADAPTING = "adapting", _("Being adapted")
    IN_USE = "in_use", _("In use")
    DROPPED = "dropped", _("Not taken over")


class Passport(models.Model):
    """A solution of `origin` compared with the conditions of `target`. One for each solution and target.

    `origin_conditions` and `target_conditions`: {condition: {"value", "note", "source"}} with the keys of
    `passports.comparing`. `publiccode`: what was read of the file, normalised, with what is stale. `solution` is an id of
    `streams`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    solution = models.UUIDField()
    origin = models.ForeignKey(City, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    target = models.ForeignKey(City, on_delete=models.CASCADE, related_name="passports")
    state = models.CharField(max_length=8, choices=PassportState, default=PassportState.DRAFT)
    is_public = models.BooleanField(default=False)
    language = models.CharField(max_length=2)
    origin_conditions = models.JSONField(default=dict, blank=True)
    target_conditions = models.JSONField(default=dict, blank=True)
    publiccode = models.JSONField(default=dict, blank=True)
    outcome = TranslatedField()
    in_use_since = models.DateField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["solution", "target"], name="passport_once_for_a_city"),
            models.CheckConstraint(
                condition=Q(in_use_since=None) | Q(state="in_use"), name="passport_in_use_since_when_in_use"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.solution} in {self.target_id}"


class PassportTask(models.Model):
    """What has to be done because a condition differs or nobody knows it. `condition`: a key of `passports.comparing`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    passport = models.ForeignKey(Passport, on_delete=models.CASCADE, related_name="tasks")
    condition = models.CharField(max_length=24, blank=True)
    text = TranslatedField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["passport", "condition"], condition=~Q(condition=""), name="passport_task_once_for_a_condition"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.condition} of {self.passport_id}"

"""What people agreed to, what was made for them to take along, and who was asked to join."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from citytandem.accounts.models import Department, Organisation, Role
from citytandem.core.ids import uuid7


class Consent(models.Model):
    """Append-only: what somebody agreed to, in which words, when; only the day of withdrawal is added later."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # What stood on the page, word for word, and its SHA-256: whoever doubts it can compute it again.
    language = models.CharField(max_length=2)
    wording = models.TextField()
    wording_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=Q(withdrawn_at=None), name="consent_once_in_force"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")), name="consent_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["purpose"], condition=Q(withdrawn_at=None), name="consent_in_force")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.purpose}"


class Export(models.Model):
    """A copy of everything about a person, made by a job and kept for a few days; the file lies in the data folder."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports")
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ready_at=None) | Q(failed_at=None), name="export_ready_or_failed"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(ready_at=None, failed_at=None), name="export_one_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="export_old")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.asked_at:%Y-%m-%d %H:%M}"


class InactivityNotice(models.Model):
    """Somebody was told that their sign-in will be erased, because they have not used it for long."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="inactivity_notice"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} at {self.at:%Y-%m-%d}"


class Sweep(models.Model):
    """When a retention rule was last carried out, and how much it has deleted: one row per holding."""

    holding = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    deleted = models.PositiveIntegerField(default=0)
    deleted_ever = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.holding}: {self.deleted}"


class Invitation(models.Model):
    """Somebody was asked to join, perhaps in a role. The address is forgotten once they have, or were not wanted any more.

    `sent` counts the letters: the link of a letter holds only until the next one goes out.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2)
    role = models.CharField(max_length=24, choices=Role, default=Role.RESIDENT)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    is_lead = models.BooleanField(default=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    sent = models.PositiveSmallIntegerField(default=1)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_accepted_or_withdrawn"
            ),
            models.CheckConstraint(
                condition=(Q(accepted_at=None, withdrawn_at=None) & ~Q(email=""))
                | (Q(email="") & (Q(accepted_at__isnull=False) | Q(withdrawn_at__isnull=False))),
                name="invitation_address_while_open",
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="invitation_new")]

    def __str__(self) -> str:
        return f"{self.role} at {self.created_at:%Y-%m-%d}"

"""What people are told, how they want to be told, and which addresses take nothing."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.ids import uuid7
from citytandem.notifications.kinds import HOWS


class State(models.TextChoices):
    """What became of the e-mail. `waiting` also while it is being sent: see `services/delivery.py`."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    SKIPPED = "skipped", _("Not sent")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Came back")


class Notice(models.Model):
    """One thing that one person, or one address, is told: the outbox and the list of what is new in one.

    `send_after`: not to be touched before; whoever sends moves it on, so that nobody else takes the row meanwhile.
    `in_digest`: waits for the person's daily or weekly mail. `note`: why it was not sent. `sent_to`: keyed hash of the
    address, so that a bounce finds it after the person has another one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    address = models.EmailField(blank=True)
    language = models.CharField(max_length=2, blank=True)
    kind = models.CharField(max_length=40)
    template = models.CharField(max_length=60)
    parameters = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    about_kind = models.CharField(max_length=24, blank=True)
    about_id = models.UUIDField(null=True)
    path = models.CharField(max_length=500, blank=True)
    why = models.CharField(max_length=40, blank=True)
    once = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    in_digest = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    send_after = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    is_new = models.BooleanField(default=True)
    tries = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    sent_to = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="notice_state_known"),
            models.CheckConstraint(condition=Q(person=None) ^ Q(address=""), name="notice_person_or_address"),
            models.CheckConstraint(condition=Q(about_kind="") ^ Q(about_id__isnull=False), name="notice_about_both"),
            models.CheckConstraint(condition=~Q(state=State.SENT) | ~Q(sent_at=None), name="notice_sent_when"),
            models.UniqueConstraint(
                fields=["once", "person", "address"], condition=~Q(once=""), nulls_distinct=False, name="notice_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["send_after", "id"], condition=Q(state="waiting", in_digest=False), name="notice_waiting"
            ),
            models.Index(
                fields=["person", "send_after"], condition=Q(state="waiting", in_digest=True), name="notice_digest"
            ),
            models.Index(fields=["person", "-is_new", "-id"], name="notice_list"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="notice_message"),
            models.Index(fields=["created_at", "id"], name="notice_log"),
            models.Index(
                fields=["created_at", "id"], condition=Q(state__in=["failed", "bounced"]), name="notice_trouble"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.state}"


class Preference(models.Model):
    """How a person wants to be told of one kind; without a row the kind's default counts."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    how = models.CharField(max_length=6)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="preference_once"),
            models.CheckConstraint(condition=Q(how__in=HOWS), name="preference_how_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}: {self.how}"


class Pace(models.Model):
    """At which hour of the city a person gets the collected mail, and on which weekday the weekly one (0: Monday)."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    hour = models.PositiveSmallIntegerField(default=7)
    weekday = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hour__lte=23), name="pace_hour"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="pace_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.hour} h, day {self.weekday}"


class CalendarAddress(models.Model):
    """The secret part of the address of a person's own calendar; there only for who asked for one."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    key = models.CharField(max_length=43, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.person_id}"


class Suppression(models.Model):
    """An address that takes no mail, or whose owner complained: kept as a keyed hash only.

    `reports`: the ids of the reports counted so far, hashed, so that reading a mailbox twice counts once.
    """

    class Reason(models.TextChoices):
        """Soft: came back for the moment, counted. Hard: there is no such mailbox. Complaint: marked as unwanted."""

        SOFT = "soft", _("Came back for the moment")
        HARD = "hard", _("Does not exist")
        COMPLAINT = "complaint", _("Marked as unwanted")

    key = models.CharField(primary_key=True, max_length=64)
    reason = models.CharField(max_length=9, choices=Reason)
    code = models.CharField(max_length=12, blank=True)
    count = models.PositiveSmallIntegerField(default=1)
    reports = models.JSONField(default=list)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["soft", "hard", "complaint"]), name="suppression_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.reason}"

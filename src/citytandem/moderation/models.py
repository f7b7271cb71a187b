"""Cases of moderation: why a thing waits, who reported it, what was decided and why, and who appealed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.ids import uuid7
from citytandem.core.languages import LANGUAGES
from citytandem.moderation.grounds import CHILDREN, GROUNDS


class Origin(models.TextChoices):
    """How a thing came before the moderators (DSA art. 17(3)(b))."""

    SCREENING = "screening", _("Found by the automatic check")
    REPORT = "report", _("Reported by somebody")
    MODERATOR = "moderator", _("Taken up by a moderator")


class State(models.TextChoices):
    """How far a case has come. Closed: the time for an appeal is over, or the appeal is decided."""

    OPEN = "open", _("Waits for a decision")
    DECIDED = "decided", _("Decided")
    APPEALED = "appealed", _("Somebody has appealed")
    CLOSED = "closed", _("Closed")


class Verdict(models.TextChoices):
    """What was decided. A merger can be split again; whatever was taken down can be restored."""

    KEEP = "keep", _("Stays open to everybody")
    REMOVE = "remove", _("Taken down")
    RESTORE = "restore", _("Open to everybody again")
    MERGE = "merge", _("Merged into another entry")
    SPLIT = "split", _("Split off again")


class Side(models.TextChoices):
    """As what somebody appeals."""

    AUTHOR = "author", _("Author")
    REPORTER = "reporter", _("Reporter")


class Outcome(models.TextChoices):
    """What became of an appeal."""

    UPHELD = "upheld", _("The decision stands")
    OVERTURNED = "overturned", _("The decision was changed")


class Case(models.Model):
    """One thing before the moderators. `kind` and `object_id` name it (`core.subjects`).

    `reasons`: why it waits, each with its place in `text` (`reasons.py`); `codes` are their codes, to look for.
    `text`: what was written when the case was opened; `snapshot`: a hash of the thing then, so that a later edit is seen.
    Both go when the time is over.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    origin = models.CharField(max_length=10, choices=Origin)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    reasons = models.JSONField(default=list, blank=True)
    codes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    language = models.CharField(max_length=2)
    text = models.TextField(blank=True)
    snapshot = models.CharField(max_length=64, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    decided_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_id"], condition=Q(state="open"), name="case_one_open_per_thing"
            ),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="case_origin_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state_known"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="case_language_known"),
            models.CheckConstraint(
                condition=Q(state="open") | Q(decided_at__isnull=False), name="case_decided_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["opened_at", "id"], condition=Q(state="open"), name="case_queue"),
            models.Index(fields=["opened_at", "id"], condition=Q(state="appealed"), name="case_appealed"),
            models.Index(fields=["object_id", "-opened_at"], name="case_thing"),
            models.Index(fields=["author", "-opened_at"], name="case_author"),
            models.Index(fields=["opened_at"], name="case_opened"),
            GinIndex(fields=["codes"], name="case_codes"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.state}"


class Sending(models.Model):
    """That a text was sent: for the check whether one sender sends many, or many send the same. Kept for three days.

    `sender` is a keyed hash of a person or an address; `fingerprint` has 64 bits, nearly equal for nearly equal texts.
    """

    id = models.BigAutoField(primary_key=True)
    object_id = models.UUIDField(unique=True)
    sender = models.CharField(max_length=40)
    fingerprint = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["sender", "at"], name="sending_sender"),
            models.Index(fields=["at"], name="sending_at"),
        ]

    def __str__(self) -> str:
        return f"{self.object_id} at {self.at:%Y-%m-%d %H:%M}"


class Report(models.Model):
    """What somebody says is wrong with a thing (DSA art. 16). Its exact place is the thing of the case itself.

    Name and address of a visitor are asked for (art. 16(2)(c)), except where it is about sexual abuse of children.
    `cleared_at`: name, address and words have been deleted, because their time was over or somebody was erased.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    code = models.CharField(max_length=10, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    ground = models.CharField(max_length=40)
    explanation = models.TextField(blank=True)
    good_faith = models.BooleanField()
    language = models.CharField(max_length=2)
    at = models.DateTimeField()
    informed_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(good_faith=True), name="report_in_good_faith"),
            models.CheckConstraint(condition=Q(ground__in=sorted(GROUNDS)), name="report_ground_known"),
            models.CheckConstraint(
                condition=Q(by__isnull=False) | ~Q(email="") | Q(ground=CHILDREN) | Q(cleared_at__isnull=False),
                name="report_somebody_answers_for_it",
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=False) | ~Q(explanation=""), name="report_is_explained"
            ),
        ]
        indexes = [
            models.Index(fields=["at"], name="report_at"),
            models.Index(fields=["by", "-at"], name="report_by"),
        ]

    def __str__(self) -> str:
        return self.code


class Decision(models.Model):
    """What a person decided about a case, and the reasons that its author is told (DSA art. 17(3)). Append-only.

    `facts`: on what it rests. `explanation`: why this law or rule is broken. `was_detected`: the automatic check found
    it. `until`: from when on it no longer counts; empty for good. `before`: how moderation stood to the thing, so that
    a split puts it back. Each decision of a case supersedes the one before; the database lets none be changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=8, choices=Verdict)
    ground = models.CharField(max_length=40, blank=True)
    facts = models.TextField(blank=True)
    explanation = models.TextField(blank=True)
    was_detected = models.BooleanField(default=False)
    until = models.DateField(null=True, blank=True)
    target = models.UUIDField(null=True, blank=True)
    before = models.CharField(max_length=8, blank=True)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    on_appeal = models.BooleanField(default=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="decision_verdict_known"),
            models.CheckConstraint(condition=Q(ground__in=["", *sorted(GROUNDS)]), name="decision_ground_known"),
            models.CheckConstraint(condition=~Q(verdict="remove") | ~Q(ground=""), name="decision_removal_has_ground"),
            models.CheckConstraint(
                condition=Q(verdict__in=["merge", "split"], target__isnull=False)
                | Q(verdict__in=["keep", "remove", "restore"], target=None),
                name="decision_merger_has_target",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(supersedes=None), name="decision_first_of_case"),
        ]
        indexes = [
            models.Index(fields=["at"], name="decision_at"),
            models.Index(fields=["-at"], condition=Q(verdict="merge"), name="decision_merger"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} at {self.at:%Y-%m-%d %H:%M}"


class Appeal(models.Model):
    """A complaint against a decision (DSA art. 20), by the author or by a reporter, within six months, free of charge.

    Another person than `against` decides it, never a program: the database says so.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    role = models.CharField(max_length=8, choices=Side)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    report = models.ForeignKey(Report, null=True, blank=True, on_delete=models.PROTECT, related_name="appeals")
    against = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(blank=True)
    language = models.CharField(max_length=2)
    at = models.DateTimeField()
    due_on = models.DateField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    explanation = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "by"], name="appeal_once_per_person"),
            models.UniqueConstraint(fields=["decision", "report"], name="appeal_once_per_report"),
            models.CheckConstraint(condition=Q(role__in=Side.values), name="appeal_role_known"),
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | Q(outcome__in=Outcome.values, decided_by__isnull=False, decided_at__isnull=False),
                name="appeal_decided_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(against=None) | ~Q(decided_by=F("against")),
                name="appeal_second_person",
            ),
        ]
        indexes = [
            models.Index(fields=["at", "id"], condition=Q(outcome=""), name="appeal_queue"),
            models.Index(fields=["by", "-at"], name="appeal_by"),
        ]

    def __str__(self) -> str:
        return f"{self.role} at {self.at:%Y-%m-%d}: {self.outcome or 'waits'}"

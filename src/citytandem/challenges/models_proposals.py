"""Proposals for a challenge: their versions, the steps that they took, and the questions that all bidders may read."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.loading import BesideRanking
from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.core.languages import LANGUAGES


class ProposalStep(models.TextChoices):
    """How far a proposal has come; `funnel.STEPS` says what may follow what."""

    SUBMITTED = "submitted", _("Handed in")
    SCREENED = "screened", _("Formally complete")
    ASSESSED = "assessed", _("Assessed")
    SHORTLISTED = "shortlisted", _("On the shortlist")
    PILOT = "pilot", _("In a pilot")
    IMPLEMENT = "implement", _("Will be carried out")
    WITH_PARTNERS = "with_partners", _("Will be carried out with partners")
    CONCEPT_POOL = "concept_pool", _("Kept as a concept")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn by its sender")


class Proposal(models.Model):
    """A solution handed in for a challenge. `reference`: the number under which others kept it, for imports.

    `origin`: name of the partner node that it came from, empty for what was handed in here; `origin_name`: that city;
    `origin_uri` and `origin_version`: of the object there, which it follows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=10, unique=True)
    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.PROTECT, related_name="proposals")
    reference = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=2)
    title = TranslatedField()
    text = TranslatedField()
    team = models.CharField(max_length=300, blank=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    solution = models.UUIDField(null=True, blank=True)
    step = models.CharField(max_length=13, choices=ProposalStep, default=ProposalStep.SUBMITTED)
    step_since = models.DateTimeField()
    moderation = models.CharField(max_length=8, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    # The database has these defaults too: tables are copied in without the models.
    origin = models.CharField(max_length=512, blank=True, default="", db_default="")
    origin_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    origin_uri = models.CharField(max_length=700, unique=True, null=True, blank=True)
    origin_version = models.BigIntegerField(default=0, db_default=0)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = BesideRanking()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="", origin_uri=None) | (~Q(origin="") & Q(origin_uri__isnull=False)),
                name="proposal_origin_has_uri",
            ),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="proposal_language_known"),
            models.CheckConstraint(condition=Q(step__in=ProposalStep.values), name="proposal_step_known"),
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="proposal_cost_not_negative"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="proposal_not_into_itself"),
            models.CheckConstraint(
                condition=Q(moderation__in=["", "held", "removed", "merged"]), name="proposal_moderation_known"
            ),
            models.CheckConstraint(
                condition=(Q(merged_into=None) & ~Q(moderation="merged"))
                | Q(merged_into__isnull=False, moderation="merged"),
                name="proposal_merged_has_target",
            ),
            models.UniqueConstraint(
                fields=["challenge", "reference"], condition=~Q(reference=""), name="proposal_reference_once"
            ),
        ]
        indexes = [
            models.Index(fields=["challenge", "step", "-created_at", "-id"], name="proposal_of_step"),
            models.Index(fields=["challenge", "-created_at", "-id"], name="proposal_new"),
            models.Index(fields=["created_by", "-created_at"], name="proposal_author"),
            models.Index(fields=["step_since"], name="proposal_waiting"),
        ]

    def __str__(self) -> str:
        return next((version["text"] for version in self.title.values()), str(self.id))


class ProposalVersion(models.Model):
    """What a proposal said before it was changed."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    said = models.JSONField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="proposal_version_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.number}"


class StepTaken(models.Model):
    """A step of a proposal: why, who, and what the sender was told, in their language. Never changed."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="steps")
    before = models.CharField(max_length=13, blank=True)
    step = models.CharField(max_length=13, choices=ProposalStep)
    reason = models.TextField(blank=True)
    language = models.CharField(max_length=2)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(step__in=ProposalStep.values), name="step_known"),
            models.CheckConstraint(condition=Q(step="submitted") | ~Q(reason=""), name="step_has_a_reason"),
        ]
        indexes = [models.Index(fields=["proposal", "id"], name="step_of_proposal")]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.step}"


class Question(models.Model):
    """A question of a bidder; the answer is there for all of them, and nobody sees who asked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.CASCADE, related_name="questions")
    language = models.CharField(max_length=2)
    text = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    answer = TranslatedField()
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    moderation = models.CharField(max_length=8, blank=True)

    objects = BesideRanking()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="question_language_known"),
            models.CheckConstraint(
                condition=Q(moderation__in=["", "held", "removed"]), name="question_moderation_known"
            ),
        ]
        indexes = [models.Index(fields=["challenge", "asked_at"], name="question_of_challenge")]

    def __str__(self) -> str:
        return self.text[:80]


class ImportState(models.TextChoices):
    """How far an import has come."""

    WAITING = "waiting", _("Waits")
    RUNNING = "running", _("Being read")
    DONE = "done", _("Done")
    FAILED = "failed", _("Cannot be read")


class ProposalImport(models.Model):
    """A table of proposals that is read row by row: `bad` holds the first rows that were left out, {line, code, told}."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.CASCADE, related_name="imports")
    name = models.CharField(max_length=200, blank=True)
    table = models.BinaryField()
    state = models.CharField(max_length=8, choices=ImportState, default=ImportState.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)
    bad = models.JSONField(default=list, blank=True)
    error = models.CharField(max_length=80, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = BesideRanking()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="proposal_import_state_known"),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="proposal_import_not_beyond"),
        ]
        indexes = [models.Index(fields=["challenge", "-created_at"], name="proposal_import_new")]

    def __str__(self) -> str:
        return f"{self.name}: {self.done} of {self.total}"

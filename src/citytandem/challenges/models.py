"""Challenges, what they are measured by, and who assesses. Proposals and scores are in files of their own."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.loading import WithoutRanking
from citytandem.challenges.models_assessment import DecisionEntry, Declaration, Score
from citytandem.challenges.models_partners import PartnerChallenge, PartnerProposal, Sharing
from citytandem.challenges.models_pilots import Gate, Indicator, Measurement, MeasurementImport, Pilot, PilotCost
from citytandem.challenges.models_proposals import Proposal, ProposalImport, ProposalVersion, Question, StepTaken
from citytandem.challenges.models_tenders import Tender
from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.core.languages import LANGUAGES

__all__ = [
    "Challenge",
    "ChallengePhase",
    "ChallengeProblem",
    "Criterion",
    "DecisionEntry",
    "Declaration",
    "Direction",
    "Form",
    "Gate",
    "Indicator",
    "Juror",
    "Measurement",
    "MeasurementImport",
    "Openness",
    "PartnerChallenge",
    "PartnerProposal",
    "Pilot",
    "PilotCost",
    "Proposal",
    "ProposalImport",
    "ProposalVersion",
    "Question",
    "Score",
    "Sharing",
    "StepTaken",
    "Tender",
]  # fmt: skip


class ChallengePhase(models.TextChoices):
    """How far a challenge has come; `funnel.PHASES` says what may follow what."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("Waits for a second person")
    OPEN = "open", _("Open for proposals")
    ASSESSMENT = "assessment", _("Proposals are assessed")
    DECISION = "decision", _("Being decided")
    DECIDED = "decided", _("Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Form(models.TextChoices):
    """The six forms of participation."""

    SPATIAL = "spatial", _("Spatial planning")
    COMPETITION = "competition", _("Event or competition")
    UNSOLICITED = "unsolicited", _("Unsolicited solutions")
    AGILE = "agile", _("Problem-oriented agile co-operation")
    OPEN_DATA = "open_data", _("Engagement on open data")
    CITIZEN_SCIENCE = "citizen_science", _("Citizen science and data donation")


class Openness(models.TextChoices):
    """From when on everybody may read the proposals."""

    AT_ONCE = "at_once", _("As soon as they are handed in")
    AFTER_CLOSING = "after_closing", _("When nobody can hand one in any more")


class Direction(models.TextChoices):
    """Which end of a scale is the better one."""

    MAX = "max", _("More is better")
    MIN = "min", _("Less is better")


class Challenge(models.Model):
    """A call: chosen problems, published with conditions, criteria, dates, and a way to a contract.

    `targets`: what is to be reached, as a list of {indicator, unit, value}. `sites` and `data`: what is on offer for a
    pilot, in words. `sharing`: to which nodes it travels. `result`: the ranking as it was when the assessment ended, without
    single scores: with means (which are the score itself where one assessor gave any), and not read with every row.
    `log_head` and `log_count`: of the decision log, noted apart from it. `returned_because`: what a second person said who
    gave it back, for those who write it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=10, unique=True)
    slug = models.SlugField(max_length=80, unique=True, null=True)  # noqa: DJ001 - unique, and most have none
    language = models.CharField(max_length=2)
    title = TranslatedField()
    text = TranslatedField()
    conditions = TranslatedField()
    sites = TranslatedField()
    data = TranslatedField()
    targets = models.JSONField(default=list, blank=True)
    themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    form = models.CharField(max_length=16, choices=Form, default=Form.AGILE)
    openness = models.CharField(max_length=13, choices=Openness, default=Openness.AFTER_CLOSING)
    sharing = models.CharField(max_length=8, choices=Sharing, default=Sharing.PARTNERS)
    languages = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    budget_low = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    budget_high = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    phase = models.CharField(max_length=12, choices=ChallengePhase, default=ChallengePhase.DRAFT)
    phase_since = models.DateTimeField()
    questions_until = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    assess_until = models.DateField(null=True, blank=True)
    decide_until = models.DateField(null=True, blank=True)
    pilot_until = models.DateField(null=True, blank=True)
    department = models.ForeignKey(
        "accounts.Department", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    returned_because = models.TextField(blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(null=True, blank=True)
    jury_says = TranslatedField()
    decided_because = TranslatedField()
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = TranslatedField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    log_head = models.CharField(max_length=64, blank=True)
    log_count = models.PositiveIntegerField(default=0)

    objects = WithoutRanking()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="challenge_language_known"),
            models.CheckConstraint(condition=Q(phase__in=ChallengePhase.values), name="challenge_phase_known"),
            models.CheckConstraint(condition=Q(form__in=Form.values), name="challenge_form_known"),
            models.CheckConstraint(condition=Q(openness__in=Openness.values), name="challenge_openness_known"),
            models.CheckConstraint(condition=Q(sharing__in=Sharing.values), name="challenge_sharing_known"),
            models.CheckConstraint(
                condition=(Q(budget_low=None) | Q(budget_low__gte=0))
                & (Q(budget_high=None) | Q(budget_high__gte=0))
                & (Q(budget_low=None) | Q(budget_high=None) | Q(budget_low__lte=F("budget_high"))),
                name="challenge_budget_ordered",
            ),
            models.CheckConstraint(
                condition=Q(questions_until=None) | Q(closes_at=None) | Q(questions_until__lte=F("closes_at")),
                name="challenge_questions_before_end",
            ),
            models.CheckConstraint(
                condition=Q(phase__in=["draft", "in_review"]) | Q(closes_at__isnull=False, published_at__isnull=False),
                name="challenge_published_has_dates",
            ),
            # Two people: while both are there, nobody publishes what they sent for review themselves.
            models.CheckConstraint(
                condition=Q(published_by=None) | Q(sent_by=None) | ~Q(published_by=F("sent_by")),
                name="challenge_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(phase__in=["assessment", "decision", "decided"]) | Q(frozen_at__isnull=False),
                name="challenge_criteria_frozen",
            ),
            models.CheckConstraint(
                condition=~Q(phase="decided") | Q(decided_at__isnull=False), name="challenge_decided_has_date"
            ),
        ]
        indexes = [
            models.Index(fields=["phase", "-published_at", "-id"], name="challenge_phase"),
            models.Index(fields=["-published_at", "-id"], name="challenge_new"),
        ]

    def __str__(self) -> str:
        return next((version["text"] for version in self.title.values()), str(self.id))


class ChallengeProblem(models.Model):
    """A problem of the stream that a challenge was made from."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="problems")
    problem = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "problem"], name="challenge_problem_once")]
        indexes = [models.Index(fields=["problem"], name="challenge_of_problem")]

    def __str__(self) -> str:
        return f"{self.challenge_id} <- {self.problem}"


class Criterion(models.Model):
    """One criterion of a challenge: weight, scale with anchors in words, and which end is better."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="criteria")
    key = models.SlugField(max_length=40)
    name = TranslatedField()
    hint = TranslatedField()
    anchors = models.JSONField(default=dict, blank=True)
    weight = models.DecimalField(max_digits=7, decimal_places=4)
    direction = models.CharField(max_length=3, choices=Direction, default=Direction.MAX)
    low = models.FloatField(default=0)
    high = models.FloatField(default=5)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "key"], name="criterion_once"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="criterion_weight_not_negative"),
            models.CheckConstraint(condition=Q(direction__in=Direction.values), name="criterion_direction_known"),
            # NaN is above everything in PostgreSQL, and so are infinities outside.
            models.CheckConstraint(
                condition=Q(low__gt=-1e12, high__lt=1e12, low__lt=F("high")), name="criterion_scale_ordered"
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.key


class Juror(models.Model):
    """Somebody who assesses the proposals of a challenge. Blind to the others until `done_at`. `number`: how the record
    calls them, who are not named in it."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="jurors")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    number = models.PositiveSmallIntegerField()
    invited_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "person"], name="juror_once"),
            models.UniqueConstraint(fields=["challenge", "number"], name="juror_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.challenge_id}"

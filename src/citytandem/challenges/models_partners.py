"""Challenges of partner cities as they came from their nodes, and what this city answers to them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.core.languages import LANGUAGES

LONGEST_URI = 700
LONGEST_DID = 512


class Sharing(models.TextChoices):
    """How far a call of ours travels once it is published, and who may answer it from a node of their own."""

    NOBODY = "none", _("Nobody: it is read on our own pages only")
    PARTNERS = "partners", _("Our partner cities")
    PUBLIC = "public", _("Our partner cities, and all cities they pass it on to")


class PartnerState(models.TextChoices):
    """How far a partner's challenge has come, as its node tells it."""

    OPEN = "open", _("Open for proposals")
    ASSESSMENT = "assessment", _("Proposals are assessed")
    DECISION = "decision", _("Being decided")
    DECIDED = "decided", _("Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PartnerChallenge(models.Model):
    """A challenge of another city, as its node published it; read-only here. `id` is made of `uri`.

    `outcomes`: what became of proposals from cities, as {proposal: uri, step, reason by language}. `criteria`: {name by
    language, share}. `gone_at`: it was withdrawn from the federation, has expired, or the partner has left; then no word of
    it is left, and the row only says so. `expires_at`: when the federation drops it unless it comes anew.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    code = models.CharField(max_length=10, unique=True)
    uri = models.CharField(max_length=LONGEST_URI, unique=True)
    origin = models.CharField(max_length=LONGEST_DID)
    origin_name = models.CharField(max_length=120)
    page = models.CharField(max_length=LONGEST_URI, blank=True)
    is_public = models.BooleanField(default=False)
    language = models.CharField(max_length=2)
    title = TranslatedField()
    text = TranslatedField()
    conditions = TranslatedField()
    sites = TranslatedField()
    data = TranslatedField()
    because = TranslatedField()
    targets = models.JSONField(default=list, blank=True)
    criteria = models.JSONField(default=list, blank=True)
    outcomes = models.JSONField(default=list, blank=True)
    themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    languages = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    form = models.CharField(max_length=16, blank=True)
    budget_low = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    budget_high = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    state = models.CharField(max_length=12, choices=PartnerState)
    questions_until = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    assess_until = models.DateField(null=True, blank=True)
    decide_until = models.DateField(null=True, blank=True)
    pilot_until = models.DateField(null=True, blank=True)
    version = models.BigIntegerField(default=1)
    published_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="partner_challenge_language_known"),
            models.CheckConstraint(condition=Q(state__in=PartnerState.values), name="partner_challenge_state_known"),
            models.CheckConstraint(condition=Q(version__gte=1), name="partner_challenge_version_from_1"),
            models.CheckConstraint(
                condition=(Q(budget_low=None) | Q(budget_low__gte=0))
                & (Q(budget_high=None) | Q(budget_high__gte=0))
                & (Q(budget_low=None) | Q(budget_high=None) | Q(budget_low__lte=F("budget_high"))),
                name="partner_challenge_budget_ordered",
            ),
            models.CheckConstraint(
                condition=Q(gone_at=None) | Q(title={}, text={}), name="partner_challenge_gone_says_nothing"
            ),
        ]
        indexes = [models.Index(fields=["-published_at", "-id"], name="partner_challenge_new")]

    def __str__(self) -> str:
        return next((version["text"] for version in self.title.values()), self.uri)

    @property
    def phase(self) -> str:
        """Under the name that our own challenges have for it."""
        return self.state


class PartnerProposal(models.Model):
    """What this city proposes to a partner's challenge. It travels to that city's node alone, and is read there.

    `solution`: one of our stream that it builds on. `withdrawn_at`: taken back, there as well.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=10, unique=True)
    challenge = models.ForeignKey(PartnerChallenge, on_delete=models.PROTECT, related_name="answers")
    language = models.CharField(max_length=2)
    title = TranslatedField()
    text = TranslatedField()
    team = models.CharField(max_length=300, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    solution = models.UUIDField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="partner_proposal_language_known"),
            models.CheckConstraint(condition=Q(cost=None) | Q(cost__gte=0), name="partner_proposal_cost_not_negative"),
        ]
        indexes = [models.Index(fields=["challenge", "-created_at"], name="partner_proposal_of_challenge")]

    def __str__(self) -> str:
        return next((version["text"] for version in self.title.values()), str(self.id))

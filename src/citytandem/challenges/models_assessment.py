"""Scores of assessors, their declarations of interest, and the log of decisions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Declaration(models.Model):
    """What an assessor says about a proposal before scoring it: whether they have an interest in it."""

    juror = models.ForeignKey("challenges.Juror", on_delete=models.CASCADE, related_name="declarations")
    proposal = models.ForeignKey("challenges.Proposal", on_delete=models.CASCADE, related_name="+")
    has_interest = models.BooleanField()
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["juror", "proposal"], name="declaration_once")]

    def __str__(self) -> str:
        return f"{self.juror_id} on {self.proposal_id}: {self.has_interest}"


class Score(models.Model):
    """What an assessor gave a proposal for a criterion; nothing is kept where nothing was given."""

    juror = models.ForeignKey("challenges.Juror", on_delete=models.CASCADE, related_name="scores")
    proposal = models.ForeignKey("challenges.Proposal", on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey("challenges.Criterion", on_delete=models.PROTECT, related_name="scores")
    value = models.FloatField()
    note = models.CharField(max_length=1_000, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["juror", "proposal", "criterion"], name="score_once"),
            # NaN and the infinities are outside of any range.
            models.CheckConstraint(condition=Q(value__gt=-1e12, value__lt=1e12), name="score_is_finite"),
        ]
        indexes = [models.Index(fields=["proposal", "criterion"], name="score_of_proposal")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.criterion_id}: {self.value}"


class DecisionEntry(models.Model):
    """An entry of the decision log of a challenge, as `decisions.chain` made it."""

    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    body = models.TextField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "number"], name="decision_entry_once")]

    def __str__(self) -> str:
        return f"{self.challenge_id} {self.number}"

"""The hand-over to a contract: the tender package that grows from a challenge and its pilot."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.challenges.loading import BesideRanking
from citytandem.core.ids import uuid7
from citytandem.core.languages import LANGUAGES


class ContractKind(models.TextChoices):
    """What is bought, as `tenders.kinds` names it."""

    SUPPLIES = "supplies", _("Supplies")
    SERVICES = "services", _("Services")
    WORKS = "works", _("Works")
    SOCIAL_SERVICES = "social_services", _("Social and other special services")
    CONCESSION = "concession", _("Concession")
    DESIGN_CONTEST = "design_contest", _("Design contest")


class Tender(models.Model):
    """A tender package. `said`: what `tenders.package.TenderPackage` holds beside the columns, as JSON, in one language.

    `handed_over_at`: when it went to the procurement office; from then on it is not changed here.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=10, unique=True)
    challenge = models.ForeignKey("challenges.Challenge", on_delete=models.PROTECT, related_name="tenders")
    pilot = models.ForeignKey(
        "challenges.Pilot", null=True, blank=True, on_delete=models.PROTECT, related_name="tenders"
    )
    language = models.CharField(max_length=2)
    title = models.CharField(max_length=200)
    contract = models.CharField(max_length=15, choices=ContractKind)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    said = models.JSONField(default=dict, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = BesideRanking()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="tender_language_known"),
            models.CheckConstraint(condition=Q(contract__in=ContractKind.values), name="tender_contract_known"),
            models.CheckConstraint(condition=Q(value=None) | Q(value__gte=0), name="tender_value_not_negative"),
        ]
        indexes = [models.Index(fields=["challenge", "-created_at"], name="tender_of_challenge")]

    def __str__(self) -> str:
        return self.title

"""What of the two streams comes from partner nodes: where it is from, who takes a solution over, what pilots showed."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.core.languages import LANGUAGES

LONGEST_DID = 512
LONGEST_URI = 700


class Mirrored(models.Model):
    """Something that may come from a partner node: it is read here, and written there alone.

    `origin`: DID of the node that writes it; empty for what was written here. `origin_name`: what we call that node.
    `expires_at`: when the federation drops it unless it comes anew; for whoever looks into it, nothing is left out by it.
    `told`: what it says of other things that may come later, so that both find each other in any order.
    """

    origin = models.CharField(max_length=LONGEST_DID, blank=True)
    origin_uri = models.CharField(max_length=LONGEST_URI, unique=True, null=True, blank=True)
    origin_name = models.CharField(max_length=200, blank=True)
    origin_page = models.CharField(max_length=LONGEST_URI, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    told = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="", origin_uri=None) | (~Q(origin="") & Q(origin_uri__isnull=False)),
                name="%(class)s_from_elsewhere_has_address",
            ),
        ]
        indexes = [models.Index(fields=["origin"], condition=~Q(origin=""), name="%(class)s_origin")]

    @property
    def is_from_partner(self) -> bool:
        """Whether another node writes it."""
        return self.origin != ""


class ReuseStatus(models.TextChoices):
    """How far a city is with a solution of somebody else. The names are those of the protocol; worded in `reuse_page`."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class Reuse(Mirrored):
    """A city takes a solution over: under which conditions, and with what results. Ours, or a partner's.

    `solution` is null as long as the solution is not here; `solution_uri` names it between nodes. `conditions`: by name of
    the frame condition a text by language, as for solutions.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    solution = models.ForeignKey("streams.Solution", null=True, on_delete=models.SET_NULL, related_name="reuses")
    solution_uri = models.CharField(max_length=LONGEST_URI)
    city = models.UUIDField(null=True)
    status = models.CharField(max_length=8, choices=ReuseStatus)
    language = models.CharField(max_length=2)
    conditions = models.JSONField(default=dict)
    results = TranslatedField()
    since = models.DateField(null=True, blank=True)
    evidence_url = models.CharField(max_length=500, blank=True)
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *Mirrored.Meta.constraints,
            models.CheckConstraint(condition=Q(status__in=ReuseStatus.values), name="reuse_status_known"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="reuse_language_known"),
            models.UniqueConstraint(fields=["origin", "solution_uri"], name="reuse_once_for_each_node_and_solution"),
        ]
        indexes = [
            *Mirrored.Meta.indexes,
            models.Index(fields=["solution_uri"], name="reuse_of"),
        ]

    def __str__(self) -> str:
        return f"{self.solution_uri}: {self.status}"


class Evidence(Mirrored):
    """What a pilot of a partner showed about a solution: its figures as they were published, and its verdict."""

    id = models.UUIDField(primary_key=True, editable=False)
    solution = models.ForeignKey("streams.Solution", null=True, on_delete=models.SET_NULL, related_name="evidence_of")
    solution_uri = models.CharField(max_length=LONGEST_URI)
    city = models.UUIDField(null=True)
    language = models.CharField(max_length=2)
    title = TranslatedField()
    text = TranslatedField()
    verdict = models.CharField(max_length=40, blank=True)
    indicators = models.JSONField(default=list)
    costs = models.JSONField(default=dict)
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            *Mirrored.Meta.constraints,
            models.CheckConstraint(condition=~Q(origin=""), name="evidence_is_from_a_partner"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="evidence_language_known"),
        ]
        indexes = [
            *Mirrored.Meta.indexes,
            models.Index(fields=["solution_uri"], name="evidence_of"),
        ]

    def __str__(self) -> str:
        return f"{self.solution_uri}: {self.verdict}"


class Gone(models.Model):
    """A partner's record that is no longer here: withdrawn, expired, or its node has ended. Nothing of its words is left.

    `moderation`: what had been decided here about it, and counts again if it comes back.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=8)
    code = models.CharField(max_length=10)
    origin_name = models.CharField(max_length=200, blank=True)
    moderation = models.CharField(max_length=8, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="gone_code_once_for_each_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"

"""The two streams: problems and solutions, the links between them, and what people said about a match."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.core.languages import LANGUAGES
from citytandem.streams.indexes import due_first, for_the_rare, newest_first
from citytandem.streams.models_shared import Evidence, Gone, Mirrored, Reuse  # noqa: F401 - Django looks for models here
from citytandem.streams.models_staff import SavedView  # noqa: F401 - Django looks for models here


class Visibility(models.TextChoices):
    """Who may read a record."""

    DRAFT = "draft", _("Draft")
    INTERNAL = "internal", _("Internal")
    PARTNERS = "partners", _("Partner cities")
    PUBLIC = "public", _("Public")


class PlaceKind(models.TextChoices):
    """How precisely a record is placed."""

    CITY = "city", _("Whole city")
    POINT = "point", _("A place")
    AREA = "area", _("An area")


class Moderation(models.TextChoices):
    """Whether a record stands open to its readers, waits for a moderator, was taken down, or went into another."""

    FINE = "", _("Open to its readers")
    HELD = "held", _("Waits for moderation")
    REMOVED = "removed", _("Taken down")
    MERGED = "merged", _("Merged into another entry")


class ProblemStatus(models.TextChoices):
    """How far a problem has come."""

    OPEN = "open", _("Open")
    MATCHED = "matched", _("A solution is being looked at")
    IN_CHALLENGE = "in_challenge", _("Part of a challenge")
    PILOT = "pilot", _("In a pilot")
    SOLVED = "solved", _("Solved")
    CLOSED = "closed", _("Closed")


class Sender(models.TextChoices):
    """Kind of sender of a problem."""

    RESIDENT = "resident", _("Resident")
    DEPARTMENT = "department", _("Department of the city")
    COUNCIL = "council", _("Council")
    ASSOCIATION = "association", _("Association")
    FIRM = "firm", _("Firm")
    PARTNER_CITY = "partner_city", _("Partner city")


class Affected(models.TextChoices):
    """Who is affected by a problem."""

    RESIDENTS = "residents", _("Residents")
    OLDER_PEOPLE = "older-people", _("Older people")
    YOUNG_PEOPLE = "young-people", _("Young people")
    FAMILIES = "families", _("Families")
    DISABILITIES = "people-with-disabilities", _("People with disabilities")
    NEWCOMERS = "newcomers", _("Newcomers")
    COMMUTERS = "commuters", _("Commuters")
    VISITORS = "visitors", _("Visitors")
    BUSINESSES = "businesses", _("Businesses")
    ASSOCIATIONS = "associations", _("Associations")
    STAFF = "staff", _("Staff of the city")
    COUNCIL = "council", _("Council")
    ENVIRONMENT = "environment", _("Nature and environment")


class SolutionKind(models.TextChoices):
    """What a solution is."""

    IDEA = "idea", _("Idea")
    PRODUCT = "product", _("Product")
    SERVICE = "service", _("Service")
    OPEN_SOURCE = "open_source", _("Open-source software")
    METHOD = "method", _("Method")
    POLICY = "policy", _("Policy")


class Stage(models.TextChoices):
    """How far a solution has come; empty where nobody has said."""

    CONCEPT = "concept", _("Concept")
    PLANNED = "planned", _("Planned")
    TRIED = "tried", _("Tried out")
    IN_USE = "in_use", _("In use")


class Basis(models.TextChoices):
    """Where a statement about a city comes from; empty for what people of this node wrote themselves."""

    STATED = "stated", _("The source says so")
    DERIVED = "derived", _("Derived from the source")


FRAME_CONDITIONS = ("law", "responsibilities", "staff", "data", "infrastructure")


class Record(Mirrored):
    """What problems and solutions have in common."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=10, unique=True)
    slug = models.CharField(max_length=80, unique=True, null=True)  # noqa: DJ001 - unique, and most have none
    language = models.CharField(max_length=2)
    title = TranslatedField()
    text = TranslatedField()
    themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    city = models.UUIDField(null=True)
    partnership = models.CharField(max_length=80, blank=True)
    place_kind = models.CharField(max_length=8, choices=PlaceKind, default=PlaceKind.CITY)
    place_name = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    area = models.JSONField(null=True, blank=True)
    visibility = models.CharField(max_length=8, choices=Visibility, default=Visibility.DRAFT)
    basis = models.CharField(max_length=8, choices=Basis, blank=True)
    moderation = models.CharField(max_length=8, choices=Moderation, default=Moderation.FINE, blank=True)
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    source = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
        constraints = [
            *Mirrored.Meta.constraints,
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="%(class)s_language_known"),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="%(class)s_visibility_known"),
            models.CheckConstraint(condition=Q(moderation__in=Moderation.values), name="%(class)s_moderation_known"),
            models.CheckConstraint(
                # A comparison with NULL is not false, so half a place would pass without the first two.
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="%(class)s_place_on_earth",
            ),
            models.CheckConstraint(
                condition=~Q(place_kind="point") | Q(latitude__isnull=False), name="%(class)s_point_has_place"
            ),
            models.CheckConstraint(
                condition=~Q(place_kind="area") | Q(area__isnull=False), name="%(class)s_area_has_shape"
            ),
        ]
        indexes = [
            *Mirrored.Meta.indexes,
            models.Index(fields=["created_by", "-created_at"], name="%(class)s_author"),
            models.Index(fields=["city", "-created_at"], name="%(class)s_city"),
            GinIndex(fields=["themes"], name="%(class)s_themes"),
        ]

    def __str__(self) -> str:
        return next((version["text"] for version in self.title.values()), str(self.id))


LISTED = ["status", "language", "city", "department", "themes", "sender"]


class Problem(Record):
    """Something that hurts locally. Status and sender are empty where a source does not tell them."""

    status = models.CharField(max_length=12, choices=ProblemStatus, default=ProblemStatus.OPEN, blank=True)
    sender = models.CharField(max_length=12, choices=Sender, default=Sender.RESIDENT, blank=True)
    affected = ArrayField(models.CharField(max_length=24, choices=Affected), default=list, blank=True)
    evidence = models.TextField(blank=True)
    department = models.ForeignKey(
        "accounts.Department", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")

    class Meta(Record.Meta):
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(merged_into=None) & ~Q(moderation="merged"))
                | Q(merged_into__isnull=False, moderation="merged"),
                name="problem_merged_has_target",
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="problem_not_into_itself"),
            models.CheckConstraint(condition=Q(status__in=["", *ProblemStatus.values]), name="problem_status_known"),
            models.CheckConstraint(condition=Q(sender__in=["", *Sender.values]), name="problem_sender_known"),
        ]
        indexes = [
            *Record.Meta.indexes,
            models.Index(fields=["department", "-created_at", "-id"], name="problem_department_new"),
            models.Index(fields=["due_on"], condition=Q(answered_at=None, due_on__isnull=False), name="problem_due"),
            *newest_first("problem", by=[*LISTED, "partnership", "due_on", "answered_at"]),
            *for_the_rare("problem", "status", "sender"),
            due_first("problem_due_first", by=LISTED),
        ]


class Solution(Record):
    """Something that may help a problem."""

    kind = models.CharField(max_length=12, choices=SolutionKind, default=SolutionKind.IDEA)
    trl = models.PositiveSmallIntegerField(null=True, blank=True)
    stage = models.CharField(max_length=8, choices=Stage, blank=True)
    provider = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=100, blank=True)
    cost_low = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    cost_high = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    cost_note = models.CharField(max_length=300, blank=True)
    frame_conditions = models.JSONField(default=dict, blank=True)
    standards = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    contact_role = models.CharField(max_length=200, blank=True)
    reuse_notes = models.TextField(blank=True)
    url = models.URLField(max_length=500, blank=True)
    publiccode = models.JSONField(null=True, blank=True)

    class Meta(Record.Meta):
        constraints = [
            *Record.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=SolutionKind.values), name="solution_kind_known"),
            models.CheckConstraint(condition=Q(trl=None) | Q(trl__range=(1, 9)), name="solution_trl_1_to_9"),
            models.CheckConstraint(
                condition=Q(cost_low=None) | Q(cost_high=None) | Q(cost_low__lte=models.F("cost_high")),
                name="solution_cost_range_ordered",
            ),
            models.CheckConstraint(
                condition=(Q(cost_low=None) | Q(cost_low__gte=0)) & (Q(cost_high=None) | Q(cost_high__gte=0)),
                name="solution_cost_not_negative",
            ),
        ]
        indexes = [
            *Record.Meta.indexes,
            GinIndex(fields=["told"], opclasses=["jsonb_path_ops"], name="solution_told"),
            *newest_first("solution", by=["kind", "stage", "language", "city", "themes", "partnership"]),
        ]


class SolutionUse(models.Model):
    """A city in which a solution is in use. `reuse`: known only because that city says that it has taken it over."""

    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="uses")
    city = models.UUIDField()
    basis = models.CharField(max_length=8, choices=Basis, blank=True)
    reuse = models.ForeignKey(Reuse, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["solution", "city"], name="solution_use_once_per_city")]

    def __str__(self) -> str:
        return f"{self.solution_id} in {self.city}"


class LinkMaker(models.TextChoices):
    """Who joined a problem and a solution."""

    PEOPLE = "people", _("People")
    MATCHER = "matcher", _("The matcher")
    SOURCE = "source", _("The source")


class LinkState(models.TextChoices):
    """Whether people agree with a link."""

    SUGGESTED = "suggested", _("Suggested")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")


class Link(models.Model):
    """A problem and a solution that belong together: who says so, and why.

    `decided_at`: when somebody here last confirmed it or turned it down; no source and no partner changes that.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="links")
    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="links")
    maker = models.CharField(max_length=8, choices=LinkMaker)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=LinkState, default=LinkState.SUGGESTED)
    why = TranslatedField()
    basis = models.CharField(max_length=8, choices=Basis, blank=True)
    score = models.FloatField(null=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["problem", "solution"], name="link_once"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__range=(0, 1)), name="link_score_is_share"),
        ]
        indexes = [models.Index(fields=["-score", "id"], condition=Q(state="suggested"), name="link_waiting")]

    def __str__(self) -> str:
        return f"{self.problem_id} - {self.solution_id}"


class Change(models.Model):
    """Append-only history of a record: what changed, who did it, why."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8)
    object_id = models.UUIDField()
    what = models.CharField(max_length=24)
    fields = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["object_id", "-id"], name="change_object")]

    def __str__(self) -> str:
        return f"{self.what} {self.object_id}"


class Feedback(models.Model):
    """“This helped” or “not”, about one hit for one text; the terms of the score are kept so that weights can learn."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    query = models.TextField()
    language = models.CharField(max_length=2)
    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    is_useful = models.BooleanField()
    terms = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="feedback_new")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.is_useful}"


class Weighting(models.Model):
    """A set of fusion weights. One is in use; earlier ones stay, so that every step can be seen and taken back."""

    id = models.BigAutoField(primary_key=True)
    weights = models.JSONField()
    reason = models.TextField()
    learned_from = models.PositiveIntegerField(default=0)
    is_in_use = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_in_use"], condition=Q(is_in_use=True), name="weighting_one_in_use")
        ]

    def __str__(self) -> str:
        return f"{self.id}: {self.reason}"


class WeightingSwitch(models.Model):
    """Append-only: which weighting counted from when on, and who decided it. No weighting: the shipped one."""

    id = models.BigAutoField(primary_key=True)
    weighting = models.ForeignKey(Weighting, null=True, on_delete=models.PROTECT, related_name="switches")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.weighting_id or 0} from {self.at:%Y-%m-%d}"


def record_model(kind: str) -> type[Problem | Solution]:
    """The model of a stream by its name; KeyError for anything else."""
    models_by_kind: dict[str, Any] = {"problem": Problem, "solution": Solution}
    return models_by_kind[kind]

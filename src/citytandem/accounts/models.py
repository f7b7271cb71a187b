"""People who sign in, the organisations and departments they belong to, and in which role."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7


class Role(models.TextChoices):
    """What a person may be. A resident is anybody with a sign-in: that role is never stored."""

    RESIDENT = "resident", _("Resident")
    ORGANISATION_MEMBER = "organisation_member", _("Member of an organisation")
    DEPARTMENT_STAFF = "department_staff", _("Staff of a department")
    INNOVATION_UNIT = "innovation_unit", _("Innovation unit")
    COUNCIL_VIEWER = "council_viewer", _("Council")
    PROGRAMME_COORDINATOR = "programme_coordinator", _("Programme coordination")
    MODERATOR = "moderator", _("Moderator")
    ADMINISTRATOR = "administrator", _("Administrator")


NODE_ROLES = (
    Role.INNOVATION_UNIT,
    Role.COUNCIL_VIEWER,
    Role.PROGRAMME_COORDINATOR,
    Role.MODERATOR,
    Role.ADMINISTRATOR,
)


class PersonQuerySet(BaseUserManager["Person"]):
    """Look-ups that Django's authentication needs."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """By e-mail address, whatever its case."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody with a sign-in. After erasure the row stays without anything that tells who it was."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=2, blank=True)
    is_demo = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = PersonQuerySet()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_any_case"),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(is_active=False, name=""), name="person_erased_is_nobody"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="person_new"),
            # For the beginning of an address or a name, as administrators type it.
            models.Index(OpClass(Lower("email"), name="text_pattern_ops"), name="person_email_begins"),
            models.Index(OpClass(Lower("name"), name="text_pattern_ops"), name="person_name_begins"),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class OrganisationKind(models.TextChoices):
    """What an organisation is."""

    ASSOCIATION = "association", _("Association")
    FIRM = "firm", _("Firm")
    START_UP = "start_up", _("Start-up")
    SCIENCE = "science", _("University or research")
    PUBLIC_BODY = "public_body", _("Public body")
    INITIATIVE = "initiative", _("Citizens' initiative")


class Organisation(models.Model):
    """Somebody outside the administration: an association, a firm, a university."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=OrganisationKind, default=OrganisationKind.ASSOCIATION)
    about = TranslatedField()
    language = models.CharField(max_length=2, default="en")
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    url = models.URLField(max_length=500, blank=True)
    is_confirmed = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=OrganisationKind.values), name="organisation_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A part of the administration, what it is responsible for, and how soon it answers."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = TranslatedField()
    about = TranslatedField()
    language = models.CharField(max_length=2, default="en")
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    areas = models.JSONField(default=list, blank=True)
    service_days = models.PositiveSmallIntegerField(default=10)
    escalate_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_fallback = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(service_days__range=(1, 366)), name="department_service_days"),
            models.UniqueConstraint(fields=["is_fallback"], condition=Q(is_fallback=True), name="department_fallback"),
            models.CheckConstraint(condition=~Q(escalate_to=models.F("id")), name="department_escalates_elsewhere"),
        ]
        indexes = [GinIndex(fields=["themes"], name="department_themes")]

    def __str__(self) -> str:
        return next((version["text"] for version in self.name.values()), self.slug)


class Membership(models.Model):
    """A role of a person: in the whole city, in a department, or in an organisation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=24, choices=Role)
    department = models.ForeignKey(Department, null=True, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="memberships")
    is_lead = models.BooleanField(default=False)
    since = models.DateTimeField()
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(role=Role.DEPARTMENT_STAFF, department__isnull=False, organisation=None)
                    | Q(role=Role.ORGANISATION_MEMBER, organisation__isnull=False, department=None)
                    | Q(role__in=NODE_ROLES, department=None, organisation=None)
                ),
                name="membership_role_fits_place",
            ),
            models.UniqueConstraint(
                fields=["person", "role", "department", "organisation"], nulls_distinct=False, name="membership_once"
            ),
        ]
        indexes = [models.Index(fields=["role"], name="membership_role")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role}"


class Absence(models.Model):
    """Somebody is away, from the first to the last day; the deputy then has their roles, but never an administrator's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stands_in")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first_day__lte=models.F("last_day")), name="absence_days_in_order"),
            models.CheckConstraint(condition=~Q(person=models.F("deputy")), name="absence_deputy_is_another"),
        ]
        indexes = [models.Index(fields=["deputy", "first_day", "last_day"], name="absence_deputy")]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.last_day}"


class Entry(models.Model):
    """Append-only log of what was done to people, roles, settings and personal data: who, what, why.

    `looked`: somebody read personal data. Neither addresses nor names stand in `facts`.
    """

    id = models.BigAutoField(primary_key=True)
    what = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=24, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)
    looked = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-id"], name="entry_new"),
            # Changes are few among many looks.
            models.Index(fields=["-id"], condition=Q(looked=False), name="entry_changed"),
            models.Index(fields=["person", "-id"], name="entry_person"),
            models.Index(fields=["by", "-id"], name="entry_by"),
            # Who was shown in a list that somebody looked at: `facts["people"]`.
            GinIndex(fields=["facts"], opclasses=["jsonb_path_ops"], condition=Q(looked=True), name="entry_looked"),
        ]

    def __str__(self) -> str:
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M}"


from citytandem.accounts.models_privacy import Consent, Export, InactivityNotice, Invitation, Sweep  # noqa: E402

__all__ = [
    "NODE_ROLES", "Absence", "Consent", "Department", "Entry", "Export", "InactivityNotice", "Invitation", "Membership",
    "Organisation", "OrganisationKind", "Person", "PersonQuerySet", "Role", "Sweep",
]  # fmt: skip

"""People who sign in. Memberships, organisations and consent follow with the module's growth."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from citytandem.core.ids import uuid7


class Role(models.TextChoices):
    """What a person is for this node."""

    RESIDENT = "resident", _("Resident")
    INNOVATION_UNIT = "innovation_unit", _("Innovation unit")
    ADMINISTRATOR = "administrator", _("Administrator")


class PersonQuerySet(BaseUserManager["Person"]):
    """Look-ups that Django's authentication needs."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """By e-mail address, whatever its case."""
        return self.get(email__iexact=username)


class Person(AbstractBaseUser):
    """Somebody with a sign-in."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=20, choices=Role, default=Role.RESIDENT)
    language = models.CharField(max_length=2, blank=True)
    is_demo = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonQuerySet()
    USERNAME_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_any_case"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="person_role_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

"""What the staff desk keeps: views of the table of problems, for oneself or for the whole department."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from citytandem.core.ids import uuid7

LONGEST_QUERY = 1_000


class SavedView(models.Model):
    """Filters and order of the table under a name. A shared one outlives the sign-in of who made it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    shared_with = models.ForeignKey(
        "accounts.Department", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "streams"
        constraints = [
            models.UniqueConstraint("person", Lower("name"), name="saved_view_name_once"),
            models.UniqueConstraint(fields=["person"], condition=Q(is_default=True), name="saved_view_one_default"),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | Q(shared_with__isnull=False, is_default=False),
                name="saved_view_is_somebodys",
            ),
        ]

    def __str__(self) -> str:
        return self.name

"""Photos and documents that hang on something: a problem, a comment, or nothing yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.ids import uuid7
from citytandem.files.inspection import PICTURES

LONGEST_ALT = 300
LONGEST_CAPTION = 300
# Files that were sent with a form which is not complete yet.
BASKET = "basket"


class State(models.TextChoices):
    """How far a file has come."""

    WAITING = "waiting", _("is being checked")
    READY = "ready", _("published")
    REFUSED = "refused", _("not taken")
    REMOVED = "removed", _("removed")


class Attachment(models.Model):
    """A file on something. `kind` and `object_id` name that; its module has registered who may read and write it.

    A picture waits until it is drawn anew and has a description. `sha256` and, until then, `size` are those of the upload.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    object_id = models.UUIDField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Of a visitor without a sign-in: hash of the secret that the browser keeps.
    upload_key = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    alt = models.CharField(max_length=LONGEST_ALT, blank=True)
    caption = models.CharField(max_length=LONGEST_CAPTION, blank=True)
    language = models.CharField(max_length=2, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    prepared_at = models.DateTimeField(null=True, blank=True)
    # When it was refused or removed: from then on its days are counted.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="file_state_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty"),
            models.CheckConstraint(
                condition=~Q(state="ready") | Q(prepared_at__isnull=False), name="file_ready_is_prepared"
            ),
            models.CheckConstraint(
                condition=~Q(state="ready", media_type__startswith="image/", alt=""), name="file_picture_has_alt"
            ),
            # A comparison with NULL is neither true nor false, and passes.
            models.CheckConstraint(
                condition=~Q(state="ready", media_type__startswith="image/")
                | Q(width__isnull=False, height__isnull=False, width__gt=0, height__gt=0),
                name="file_picture_has_size",
            ),
            models.CheckConstraint(condition=~Q(state="refused", reason=""), name="file_refused_with_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "ready"], ended_at__isnull=False)
                & ~Q(state__in=["refused", "removed"], ended_at__isnull=True),
                name="file_end_has_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id", "position"], name="file_of_thing"),
            models.Index(fields=["uploaded_by", "created_at"], name="file_of_person"),
            models.Index(fields=["upload_key", "created_at"], name="file_of_visitor", condition=~Q(upload_key="")),
            models.Index(fields=["state", "created_at"], name="file_waits", condition=~Q(state="ready")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Shown, not downloaded."""
        return self.media_type in PICTURES

    @property
    def is_prepared(self) -> bool:
        """There is something that may be shown, at least to who sent it."""
        return self.prepared_at is not None and self.state in {State.WAITING, State.READY}

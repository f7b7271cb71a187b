"""What came of a partnership, as its record tells it, and what people said who agreed to be quoted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.partnerships.models.accompanying import WorkRecord
from citytandem.partnerships.models.cities import City
from citytandem.partnerships.models.programmes import Partnership


class FindingKind(models.TextChoices):
    """The parts of a result profile."""

    CHALLENGE = "challenge", _("Challenge")
    PROJECT = "project", _("Joint project")
    RESULT = "result", _("Result")
    SUCCESS_FACTOR = "success_factor", _("Success factor")
    HURDLE = "hurdle", _("Hurdle")
    REMEDY = "remedy", _("Remedy")
    LESSON = "lesson", _("Lesson")
    FIGURE = "figure", _("Figure")


class Finding(WorkRecord):
    """One thing that a partnership notes for its result profile. `source`: where it is from, if not from `created_by`.

    `value` and `unit`: of a figure; the value as the source gives it (`almost 50`).
    """

    kind = models.CharField(max_length=14, choices=FindingKind)
    value = models.CharField(max_length=40, blank=True)
    unit = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    source = models.JSONField(default=dict, blank=True)

    class Meta(WorkRecord.Meta):
        constraints = [
            *WorkRecord.Meta.constraints,
            models.CheckConstraint(condition=~Q(kind="figure") | ~Q(value=""), name="finding_figure_has_a_value"),
        ]
        indexes = [models.Index(fields=["partnership", "kind", "position"], name="finding_of_partnership")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.partnership_id}"


class Quote(models.Model):
    """What somebody said and may be quoted with. Without consent, or after it was taken back, it stands in no paper."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="quotes")
    city = models.ForeignKey(City, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    language = models.CharField(max_length=2)
    text = TranslatedField()
    speaker = models.CharField(max_length=120)
    function = models.CharField(max_length=160, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    consented_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(consented_at__isnull=False), name="quote_withdrawn_after_consent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} ({self.partnership_id})"

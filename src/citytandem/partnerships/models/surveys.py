"""Surveys: questions, waves, who may answer, and the answers, which nothing joins to who gave them if they are anonymous."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.partnerships.models.cities import CityContact
from citytandem.partnerships.models.programmes import Partnership, Programme


class QuestionKind(models.TextChoices):
    """How a question is answered."""

    SCALE = "scale", _("A scale")
    CHOICE = "choice", _("One of several options")
    MULTI = "multi", _("Several options")
    NUMBER = "number", _("A number")
    TEXT = "text", _("In one's own words")


class Survey(models.Model):
    """A set of questions that a programme asks, once or in waves. `partnership`: if it is about one alone.

    `is_anonymous`: nobody can tell who answered what; it cannot be changed once somebody was asked. `least`: numbers of
    fewer people than these are hidden.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="surveys")
    partnership = models.ForeignKey(
        Partnership, null=True, blank=True, on_delete=models.CASCADE, related_name="surveys"
    )
    language = models.CharField(max_length=2)
    title = TranslatedField()
    text = TranslatedField()
    is_anonymous = models.BooleanField(default=True)
    least = models.PositiveSmallIntegerField(default=5)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(least__range=(3, 50)), name="survey_least_cell")]

    def __str__(self) -> str:
        return self.slug


class SurveyQuestion(models.Model):
    """A question. `key` stays the same over all waves. `options`: `{"key", "text"}` each, the text in several languages.

    `least`, `most`: the ends of a scale or the limits of a number; `low`, `high`: what the ends of a scale mean.
    `topic`: of the standard questionnaire; empty for own questions.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="questions")
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=6, choices=QuestionKind)
    topic = models.CharField(max_length=20, blank=True)
    text = TranslatedField()
    options = models.JSONField(default=list, blank=True)
    least = models.FloatField(null=True, blank=True)
    most = models.FloatField(null=True, blank=True)
    low = TranslatedField()
    high = TranslatedField()
    is_required = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "key"], name="survey_question_once"),
            models.UniqueConstraint(
                fields=["survey", "position"], name="survey_question_position", deferrable=models.Deferrable.IMMEDIATE
            ),
            models.CheckConstraint(
                condition=~Q(kind="scale")
                | Q(
                    least__isnull=False, most__isnull=False, least__gte=0, most__lte=F("least") + 6, most__gt=F("least")
                ),
                name="survey_scale_has_steps",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["choice", "multi"]) | ~Q(options=[]), name="survey_choice_has_options"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.survey_id}"


class SurveyWave(models.Model):
    """One time at which the questions were asked. `key`: of the address under which everybody may answer, if there is one.

    Questions and options are frozen from `opened_at` of the first wave on. `groups`: texts that mean much the same, by the
    key of their question: for each group (answer, language) pairs; None until the job has been there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="waves")
    number = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=64, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    groups = models.JSONField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="survey_wave_number_once"),
            models.UniqueConstraint(fields=["survey"], condition=Q(closed_at=None), name="survey_one_open_wave"),
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="survey_wave_key_once"),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(closed_at__isnull=False), name="survey_wave_published_when_closed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.survey_id}"


class SurveyTicket(models.Model):
    """Somebody may answer once. Of the address that was sent only the hash is kept.

    It says who was asked and whether they answered, never what, nor when. `pseudonym`: who answered, over all waves of a
    survey that is not anonymous.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    wave = models.ForeignKey(SurveyWave, on_delete=models.CASCADE, related_name="tickets")
    secret_hash = models.CharField(max_length=64, unique=True)
    contact = models.ForeignKey(
        CityContact, null=True, blank=True, on_delete=models.SET_NULL, related_name="survey_tickets"
    )
    is_used = models.BooleanField(default=False)
    pseudonym = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "contact"], condition=Q(contact__isnull=False), name="survey_ticket_once"
            ),
        ]

    def __str__(self) -> str:
        return f"ticket of {self.wave_id}"


class SurveyAnswer(models.Model):
    """What somebody answered: `values` by the keys of the questions. Its number is random and tells no order; it has no time.

    `pseudonym`: only in surveys that are not anonymous. `may_be_quoted`: their own words, without their name.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    wave = models.ForeignKey(SurveyWave, on_delete=models.CASCADE, related_name="answers")
    is_anonymous = models.BooleanField()
    pseudonym = models.UUIDField(null=True, blank=True)
    values = models.JSONField()
    may_be_quoted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_anonymous=False) | Q(pseudonym=None), name="survey_anonymous_without_pseudonym"
            ),
            models.UniqueConstraint(
                fields=["wave", "pseudonym"], condition=Q(pseudonym__isnull=False), name="survey_answered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"answer in {self.wave_id}"

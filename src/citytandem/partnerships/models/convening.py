"""Events that a programme plans: sessions, materials, and who registered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.partnerships.models.accompanying import MeetingFormat
from citytandem.partnerships.models.events import ProgrammeEvent
from citytandem.partnerships.models.programmes import Programme
from citytandem.partnerships.models.surveys import Survey


class EventKind(models.TextChoices):
    """What sort of event it is."""

    CONFERENCE = "conference", _("Conference")
    WORKSHOP = "workshop", _("Workshop")
    WEB_SEMINAR = "webseminar", _("Web seminar")
    NETWORK_MEETING = "network", _("Network meeting")


class EventState(models.TextChoices):
    """Where a planned event stands."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Public")
    CANCELLED = "cancelled", _("Cancelled")


class EventPlan(models.Model):
    """An event that a programme plans. `record`: what the programme's list and report tell of it, once it is public.

    `places`: how many can come, None for any number; of a hybrid event only those on site count. `link`: where those who
    join online go, told to them alone. `months`: so long after the end registrations are kept. `sequence` rises when times,
    place or state change (RFC 5545, 3.8.7.4).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="event_plans")
    record = models.OneToOneField(ProgrammeEvent, null=True, blank=True, on_delete=models.SET_NULL, related_name="plan")
    kind = models.CharField(max_length=12, choices=EventKind)
    format = models.CharField(max_length=8, choices=MeetingFormat)
    state = models.CharField(max_length=12, choices=EventState, default=EventState.DRAFT)
    language = models.CharField(max_length=2)
    title = TranslatedField()
    text = TranslatedField()
    reason = TranslatedField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=40, default="Europe/Berlin")
    place = models.CharField(max_length=120, blank=True)
    venue = models.CharField(max_length=300, blank=True)
    country = models.CharField(max_length=2, blank=True)
    link = models.URLField(max_length=500, blank=True)
    takes_registrations = models.BooleanField(default=True)
    places = models.PositiveIntegerField(null=True, blank=True)
    registers_until = models.DateTimeField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(default=3)
    survey = models.ForeignKey(Survey, null=True, blank=True, on_delete=models.SET_NULL, related_name="event_plans")
    sequence = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_start"),
            models.CheckConstraint(condition=Q(places=None) | Q(places__gte=1), name="event_places"),
            models.CheckConstraint(condition=Q(months__range=(1, 24)), name="event_months"),
            models.CheckConstraint(
                condition=Q(registers_until=None) | Q(registers_until__lte=F("ends_at")),
                name="event_registers_before_end",
            ),
            models.CheckConstraint(condition=~Q(record__isnull=False, state="draft"), name="event_draft_has_no_record"),
        ]
        indexes = [models.Index(fields=["programme", "starts_at"], name="event_plan_of_programme")]

    def __str__(self) -> str:
        return self.slug


class SessionKind(models.TextChoices):
    """What sort of session it is."""

    TALK = "talk", _("Talk")
    WORKSHOP = "workshop", _("Workshop")
    DISCUSSION = "discussion", _("Discussion")
    EXCURSION = "excursion", _("Excursion")
    BREAK = "break", _("Break")
    OTHER = "other", _("Something else")


class EventSession(models.Model):
    """A part of an event. `people`: who speaks, one on each line. `spoken`: the language; empty for several."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(EventPlan, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(max_length=12, choices=SessionKind)
    title = TranslatedField()
    text = TranslatedField()
    spoken = models.CharField(max_length=2, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    room = models.CharField(max_length=80, blank=True)
    people = models.TextField(blank=True, max_length=2_000)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_session_ends_after_start")
        ]
        indexes = [models.Index(fields=["plan", "starts_at"], name="event_session_of_plan")]

    def __str__(self) -> str:
        return f"session of {self.plan_id}"


class EventMaterial(models.Model):
    """Slides, a recording, minutes: an address or files, of the whole event or of one session. Everybody may read it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(EventPlan, on_delete=models.CASCADE, related_name="materials")
    session = models.ForeignKey(
        EventSession, null=True, blank=True, on_delete=models.SET_NULL, related_name="materials"
    )
    title = TranslatedField()
    address = models.URLField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"material of {self.plan_id}"


class RegistrationState(models.TextChoices):
    """Where a registration stands."""

    ASKED = "asked", _("Not confirmed yet")
    COMING = "coming", _("Registered")
    WAITING = "waiting", _("On the waiting list")
    CANCELLED = "cancelled", _("Cancelled")


class Registration(models.Model):
    """Somebody wants to come. `key`: the e-mail address folded, so that nobody registers twice.

    `online`: joins a hybrid event online. `needs`: what they need in order to take part; it goes a week after the end.
    `queued_at`: since when they wait; whoever has waited longest comes first.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(EventPlan, on_delete=models.CASCADE, related_name="registrations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    state = models.CharField(max_length=12, choices=RegistrationState)
    name = models.CharField(max_length=120)
    organisation = models.CharField(max_length=160, blank=True)
    email = models.EmailField()
    key = models.CharField(max_length=254)
    language = models.CharField(max_length=2)
    online = models.BooleanField(default=False)
    needs = models.TextField(blank=True, max_length=1_000)
    queued_at = models.DateTimeField(null=True, blank=True)
    attended = models.BooleanField(null=True, blank=True)
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], name="registration_once"),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(queued_at__isnull=False), name="registration_waits_since"
            ),
            models.CheckConstraint(
                condition=Q(attended=None) | Q(state="coming"), name="registration_attended_if_coming"
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "queued_at", "id"], name="registration_queue", condition=Q(state="waiting"))
        ]

    def __str__(self) -> str:
        return f"registration {self.id}"

"""The work of a partnership: topics, milestones, meetings, what was agreed, and who was in touch with whom.

Every row has one writer. `origin` names the node that wrote it, and is empty for our own; those of partners are read only.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from citytandem.core.i18n import TranslatedField
from citytandem.core.ids import uuid7
from citytandem.partnerships.models.cities import City
from citytandem.partnerships.models.programmes import Partnership


class WorkRecord(models.Model):
    """What all records of the work have in common. `origin`: DID of the partner node that wrote it, empty for our own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="%(class)ss")
    language = models.CharField(max_length=2)
    title = TranslatedField()
    text = TranslatedField()
    origin = models.CharField(max_length=512, blank=True)
    origin_uri = models.CharField(max_length=700, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=~Q(title={}), name="%(class)s_has_a_title"),
            models.CheckConstraint(
                condition=Q(origin="", origin_uri="") | ~(Q(origin="") | Q(origin_uri="")),
                name="%(class)s_whole_origin",
            ),
        ]

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.id}"


class Topic(WorkRecord):
    """What a partnership works on."""

    position = models.PositiveSmallIntegerField(default=0)
    is_public = models.BooleanField(default=False)


class Milestone(WorkRecord):
    """A step on the roadmap. Without `starts_on` it is a point in time."""

    topic = models.ForeignKey(Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="milestones")
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    is_public = models.BooleanField(default=False)

    class Meta(WorkRecord.Meta):
        constraints = [
            *WorkRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(starts_on__isnull=False, due_on__gte=F("starts_on")),
                name="milestone_due_after_it_began",
            ),
        ]


class MeetingFormat(models.TextChoices):
    """How people meet."""

    ONSITE = "onsite", _("On site")
    ONLINE = "online", _("Online")
    HYBRID = "hybrid", _("Hybrid")


class MeetingState(models.TextChoices):
    """How far a meeting has come."""

    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


class Meeting(WorkRecord):
    """A meeting of the cities. `text`: what it is for. `zone`: the time zone in which people there read the clock (IANA).

    `working_languages`: what is spoken; the need of interpreting follows from it. `sequence`: rises with each change that a
    calendar has to know (RFC 5545, 3.8.7.4). `because`: why it was cancelled.
    """

    format = models.CharField(max_length=6, choices=MeetingFormat)
    state = models.CharField(max_length=9, choices=MeetingState, default=MeetingState.PLANNED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=40, default="Europe/Berlin")
    host = models.ForeignKey(City, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    place = models.CharField(max_length=200, blank=True)
    link = models.URLField(max_length=500, blank=True)
    working_languages = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    moderation = models.CharField(max_length=200, blank=True)
    experts = models.TextField(blank=True)
    excursions = models.TextField(blank=True)
    travel = models.TextField(blank=True)
    because = TranslatedField()
    sequence = models.PositiveIntegerField(default=0)

    class Meta(WorkRecord.Meta):
        constraints = [
            *WorkRecord.Meta.constraints,
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(because={}) | Q(state="cancelled"), name="meeting_reason_when_cancelled"
            ),
        ]
        indexes = [models.Index(fields=["partnership", "starts_at"], name="meeting_of_partnership")]


class AgendaItem(WorkRecord):
    """A point of an agenda. `minutes`: how long it takes; `told`: what was said and decided, the minutes of the meeting."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(default=0)
    minutes = models.PositiveSmallIntegerField(default=0)
    city = models.ForeignKey(City, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    told = TranslatedField()


class ActionItem(WorkRecord):
    """What somebody took on. `city` answers for it; `person`: who of ours does it, and is never told to partners."""

    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.SET_NULL, related_name="actions")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField()
    reminded_on = models.DateField(null=True, blank=True)

    class Meta(WorkRecord.Meta):
        indexes = [models.Index(fields=["partnership", "due_on"], name="action_of_partnership")]


class ActionDone(WorkRecord):
    """Word of a city that an action is done: an object of whoever says so, also where the action is a partner's."""

    action = models.OneToOneField(ActionItem, on_delete=models.CASCADE, related_name="done")
    city = models.ForeignKey(City, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    on = models.DateField()


class Document(WorkRecord):
    """A document that the cities share. `address`: where it lies, if not here as a file.

    `files`: of a partner's document, what opens at its node: name, media type, size in bytes, address. Of ours: attachments.
    """

    address = models.URLField(max_length=500, blank=True)
    files = models.JSONField(default=list, blank=True)

    class Meta(WorkRecord.Meta):
        constraints = [
            *WorkRecord.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(origin="") | Q(files=[]), name="partnership_document_own_files_attached"
            ),
        ]


class Memorandum(WorkRecord):
    """What the cities agree on, a version. Once `offered_on`, its words stay: `digest` is what is signed (SHA-256, hex)."""

    number = models.PositiveSmallIntegerField(default=1)
    offered_on = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta(WorkRecord.Meta):
        constraints = [
            *WorkRecord.Meta.constraints,
            models.UniqueConstraint(fields=["partnership", "origin", "number"], name="memorandum_number_once"),
            models.CheckConstraint(
                condition=Q(offered_on=None, digest="") | Q(offered_on__isnull=False, digest__regex="^[0-9a-f]{64}$"),
                name="memorandum_offered_with_digest",
            ),
        ]


class Signature(WorkRecord):
    """A city's signature under a version of a memorandum: an object of the signing node. `title`: in which function."""

    memorandum = models.ForeignKey(Memorandum, on_delete=models.CASCADE, related_name="signatures")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    on = models.DateField()

    class Meta(WorkRecord.Meta):
        constraints = [
            *WorkRecord.Meta.constraints,
            models.UniqueConstraint(fields=["memorandum", "city"], name="signature_once_for_a_city"),
        ]


class FundingState(models.TextChoices):
    """How far a joint application has come."""

    IDEA = "idea", _("Idea")
    WRITING = "writing", _("Being written")
    SUBMITTED = "submitted", _("Submitted")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused")


class Funding(WorkRecord):
    """An application for money that the cities make together. `call`: the call or programme; `lead`: who hands it in."""

    call = models.CharField(max_length=200, blank=True)
    address = models.URLField(max_length=500, blank=True)
    lead = models.ForeignKey(City, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=FundingState, default=FundingState.IDEA)

    class Meta(WorkRecord.Meta):
        constraints = [
            *WorkRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__isnull=False, amount__gte=0), name="funding_not_negative"
            ),
        ]


class StayKind(models.TextChoices):
    """Why somebody works in the partner's town hall."""

    DESK = "desk", _("Desk sharing")
    EXPERT = "expert", _("Expert assignment")


class Stay(WorkRecord):
    """Staff of `from_city` work at `to_city`. `weekdays`: 1 (Monday) to 7; `function`: which work, never a name."""

    kind = models.CharField(max_length=6, choices=StayKind)
    from_city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    to_city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    function = models.CharField(max_length=160, blank=True)
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    is_public = models.BooleanField(default=False)

    class Meta(WorkRecord.Meta):
        constraints = [
            *WorkRecord.Meta.constraints,
            models.CheckConstraint(condition=~Q(from_city=F("to_city")), name="stay_elsewhere"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__isnull=False, ends_on__gte=F("starts_on")),
                name="stay_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__isnull=False, cost__gte=0), name="stay_cost_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=[1, 2, 3, 4, 5, 6, 7]), name="stay_days_of_a_week"
            ),
        ]


class ContactWay(models.TextChoices):
    """How the cities were in touch."""

    EMAIL = "email", _("E-mail")
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit")


class ContactNote(WorkRecord):
    """That the cities were in touch, and about what."""

    on = models.DateField()
    way = models.CharField(max_length=7, choices=ContactWay)


class WorkCalendar(models.Model):
    """The secret address of a partnership's calendar."""

    partnership = models.OneToOneField(Partnership, on_delete=models.CASCADE, related_name="calendar")
    key = models.CharField(max_length=43, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.partnership_id}"

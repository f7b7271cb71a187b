"""Forms of those who plan an event, and of those who register for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.versions import read
from citytandem.partnerships.accompanying.forms import ZONES
from citytandem.partnerships.clocks import MOMENT, moment_field, read_on_the_clock
from citytandem.partnerships.models import EventKind, EventMaterial, EventPlan, EventSession, MeetingFormat, SessionKind
from citytandem.ui.countries import COUNTRY_NAMES
from citytandem.ui.forms import PlainForm, Radios


def _line(label: Any, hint: Any = "", *, most: int = 200, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=most, required=required)


def _long(label: Any, hint: Any = "", *, most: int = 10_000, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=most, widget=forms.Textarea(attrs={"rows": rows})
    )


def _language() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Language of these words"), choices=list(NATIVE_NAMES.items()))


class _OnTheClock(PlainForm):
    """Moments are typed and shown on the clocks of the event, whatever zone the reader is in."""

    moments: Sequence[str] = ()

    def __init__(self, *args: Any, zone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone_given = zone

    def clean(self) -> dict[str, Any]:
        """The clock is read in the zone of the event."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        read_on_the_clock(self, self.moments, zone=ZoneInfo(self.zone_given or told.get("zone") or "UTC"))
        return told


class EventForm(_OnTheClock):
    """What an event is, when, where, and who can come."""

    moments = ("starts_at", "ends_at", "registers_until")
    title = _line(_("Title"), required=True)
    text = _long(_("What it is about, for whom, and what to bring"))
    language = _language()
    kind = forms.ChoiceField(label=_("Kind of event"), choices=EventKind.choices, widget=Radios, initial="workshop")
    format = forms.ChoiceField(
        label=_("How people meet"), choices=MeetingFormat.choices, widget=Radios, initial="onsite"
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone.replace("_", " ")) for zone in ZONES])
    starts_at = moment_field(_("Start"))
    ends_at = moment_field(_("End"))
    place = _line(_("City"), most=120)
    venue = _line(_("Venue and address"), most=300)
    country = forms.ChoiceField(label=_("Country"), required=False)
    link = forms.URLField(
        label=_("Address for those who join online"), required=False, max_length=500, assume_scheme="https",
        help_text=_("Only those who are registered get it."),
    )  # fmt: skip
    takes_registrations = forms.BooleanField(label=_("People register here"), required=False, initial=True)
    places = forms.IntegerField(
        label=_("Places"), required=False, min_value=1, max_value=100_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("Empty: everybody can come. Of a hybrid event only those on site count. Beyond it people wait."),
    )  # fmt: skip
    registers_until = moment_field(_("Registration until"), _("Empty: until the event begins."), required=False)
    months = forms.IntegerField(
        label=_("Erase registrations so many months after the end"), min_value=1, max_value=24, initial=3,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(((code, str(name)) for code, name in COUNTRY_NAMES.items()), key=lambda one: one[1].casefold())
        self.fields["country"].choices = [("", "–"), *names]  # type: ignore[attr-defined]

    @property
    def parts(self) -> list[tuple[Any, list[Any]]]:
        """The fields under what they are about."""
        named = (
            (_("What it is"), ("title", "text", "language", "kind")),
            (_("When and where"), ("format", "zone", "starts_at", "ends_at", "place", "venue", "country", "link")),
            (_("Who can come"), ("takes_registrations", "places", "registers_until", "months")),
        )
        return [(label, [self[name] for name in names]) for label, names in named]


class SessionForm(_OnTheClock):
    """A part of an event."""

    moments = ("starts_at", "ends_at")
    title = _line(_("Title"), required=True)
    text = _long(_("What it is about"))
    language = _language()
    kind = forms.ChoiceField(label=_("Kind of session"), choices=SessionKind.choices, widget=Radios, initial="talk")
    starts_at = moment_field(_("Start"))
    ends_at = moment_field(_("End"))
    room = _line(_("Room"), most=80)
    people = _long(
        _("Who speaks, one on each line"), _("Everybody can read it: names only of people who agreed."), most=2_000,
        rows=3,
    )  # fmt: skip
    spoken = forms.ChoiceField(
        label=_("Language that is spoken"), required=False,
        choices=[("", _("Several, or interpreted")), *NATIVE_NAMES.items()],
    )  # fmt: skip


class MaterialForm(PlainForm):
    """Slides, a recording, minutes."""

    title = _line(_("Title"), required=True)
    language = _language()
    address = forms.URLField(
        label=_("Address (URL)"), required=False, max_length=500, assume_scheme="https",
        help_text=_("Files can be added once this is saved."),
    )  # fmt: skip
    session = forms.ChoiceField(label=_("Belongs to"), required=False)

    def __init__(self, *args: Any, sessions: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["session"].choices = [("", _("The whole event")), *sessions]  # type: ignore[attr-defined]


class CancelForm(PlainForm):
    """Why an event does not take place."""

    reason = _long(_("Why it does not take place"), _("Everybody who is registered reads it."), most=500, rows=2)


class RegistrationForm(PlainForm):
    """Somebody wants to come."""

    name = _line(_("Name"), most=120, required=True)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    organisation = _line(_("City or organisation"), most=160)
    online = forms.BooleanField(label=_("I join online"), required=False)
    needs = _long(
        _("What you need so that you can take part"),
        _("For example a ramp, an interpreter, large print. Only the coordination reads it; it is erased a week after the end."),
        most=1_000, rows=2,
    )  # fmt: skip

    def __init__(self, *args: Any, is_hybrid: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_hybrid:
            del self.fields["online"]


def event_values(row: EventPlan, language: str) -> dict[str, Any]:
    """What the form shows of an event, in one language."""
    zone = ZoneInfo(row.zone)
    names = ("kind", "format", "zone", "place", "venue", "country", "link", "takes_registrations", "places", "months")
    told = read(row.title, reader=language, original=row.language)
    return {name: getattr(row, name) for name in names} | {
        "title": told.text,
        "text": row.text.get(told.language, {}).get("text", ""),
        "language": told.language,
        "starts_at": _typed(row.starts_at, zone),
        "ends_at": _typed(row.ends_at, zone),
        "registers_until": _typed(row.registers_until, zone),
    }


def session_values(row: EventSession, plan: EventPlan, language: str) -> dict[str, Any]:
    """What the form shows of a session, in one language."""
    zone = ZoneInfo(plan.zone)
    told = read(row.title, reader=language, original=plan.language)
    return {name: getattr(row, name) for name in ("kind", "room", "people", "spoken")} | {
        "title": told.text,
        "text": row.text.get(told.language, {}).get("text", ""),
        "language": told.language,
        "starts_at": _typed(row.starts_at, zone),
        "ends_at": _typed(row.ends_at, zone),
    }


def material_values(row: EventMaterial, plan: EventPlan, language: str) -> dict[str, Any]:
    """What the form shows of material, in one language."""
    told = read(row.title, reader=language, original=plan.language)
    return {"title": told.text, "language": told.language, "address": row.address, "session": str(row.session_id or "")}


def _typed(moment: datetime | None, zone: ZoneInfo) -> str:
    """Without a zone: Django would show it on the reader's clock otherwise."""
    return f"{moment.astimezone(zone):{MOMENT}}" if moment is not None else ""

"""Forms for the records of the work. What a value has to be, the services say in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from citytandem.core.languages import LANGUAGES, NATIVE_NAMES
from citytandem.partnerships.clocks import moment_field, read_on_the_clock
from citytandem.partnerships.models import ContactWay, FundingState, MeetingFormat, StayKind
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import Checks, PlainForm, Radios

WEEKDAYS = [
    (1, _("Monday")), (2, _("Tuesday")), (3, _("Wednesday")), (4, _("Thursday")), (5, _("Friday")), (6, _("Saturday")),
    (7, _("Sunday")),
]  # fmt: skip
ZONES = ("Europe/Berlin", "Europe/Athens", "Europe/Bucharest", "Europe/Lisbon", "Europe/London", "Europe/Paris",
         "Europe/Rome", "Europe/Sofia", "Europe/Warsaw", "UTC")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """What can be chosen in this partnership: (id, name) each."""

    cities: Sequence[tuple[str, str]] = ()
    topics: Sequence[tuple[str, str]] = ()
    meetings: Sequence[tuple[str, str]] = ()
    people: Sequence[tuple[str, str]] = field(default=())


def _title(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=200)


def _line(label: Any, hint: Any = "", *, most: int) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=most, required=False)


def _long(label: Any, hint: Any = "", *, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": rows})
    )


def _day(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=hint, required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


def _one_of(label: Any, hint: Any = "", *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, help_text=hint, required=required)


def _money(label: Any) -> AmountField:
    return AmountField(label=label, required=False, max_digits=12, decimal_places=2)


def _address(hint: Any = "") -> forms.URLField:
    return forms.URLField(
        label=_("Address (URL)"), help_text=hint, required=False, max_length=500, assume_scheme="https"
    )


def _public(hint: Any = "") -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Everybody may see it on the page of the partnership"), help_text=hint, required=False
    )


class RecordForm(PlainForm):
    """Base: fills what can be chosen. `chosen`: which field offers what of `Options`."""

    chosen: dict[str, str] = {}

    def __init__(self, *args: Any, options: Options, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, source in self.chosen.items():
            known: Any = self.fields[name]
            known.choices = [*([] if known.required else [("", "–")]), *getattr(options, source)]

    def values(self) -> dict[str, Any]:
        """What the service gets: chosen ids under the name of their column."""
        told = dict(self.cleaned_data)
        for name in self.chosen:
            told[f"{name}_id"] = told.pop(name) or None
        return told


class TopicForm(RecordForm):
    """A topic."""

    title = _title(_("What you work on together"), _("Two or three words, like “Open data”."))
    text = _long(_("What you want to reach"))
    position = forms.IntegerField(
        label=_("Place in the list"), required=False, min_value=0, max_value=99, initial=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    is_public = _public()

    def clean_position(self) -> int:
        """Nothing typed: the first."""
        return self.cleaned_data["position"] or 0


class MilestoneForm(RecordForm):
    """A step on the roadmap."""

    chosen = {"topic": "topics"}
    title = _title(_("What will be reached"))
    text = _long(_("How you see that it is reached"))
    topic = _one_of(_("Topic"))
    starts_on = _day(_("From"), _("Empty: it is a point in time."), required=False)
    due_on = _day(_("Until"))
    done_on = _day(_("Reached on"), required=False)
    is_public = _public()


class MeetingForm(RecordForm):
    """A meeting."""

    chosen = {"host": "cities"}
    title = _title(_("What the meeting is about"))
    text = _long(_("What it should bring"))
    format = forms.ChoiceField(label=_("How you meet"), choices=MeetingFormat.choices, widget=Radios)
    starts_at = moment_field(_("Start"))
    ends_at = moment_field(_("End"))
    zone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone.replace("_", " ")) for zone in ZONES])
    host = _one_of(_("Host"))
    place = _line(_("Place"), most=200)
    link = forms.URLField(
        label=_("Link for those who join online"), required=False, max_length=500, assume_scheme="https"
    )
    working_languages = forms.MultipleChoiceField(
        label=_("Languages that are spoken"),
        help_text=_("The page says who needs an interpreter then. None ticked: it proposes a language."),
        required=False, widget=Checks, choices=[(code, NATIVE_NAMES.get(code, code)) for code in LANGUAGES],
    )  # fmt: skip
    moderation = _line(_("Moderation"), _("Best somebody neutral: a function or an organisation, no name."), most=200)
    experts = _long(_("Experts"), _("Which knowledge is invited. Functions, no names."), rows=2)
    excursions = _long(_("Excursions"), rows=2)
    travel = _long(_("Travel"), _("How to get there, where to stay, who pays."), rows=2)

    def clean(self) -> dict[str, Any]:
        """The clock is read in the zone of the meeting."""
        told = super().clean() or self.cleaned_data
        read_on_the_clock(self, ("starts_at", "ends_at"), zone=ZoneInfo(told.get("zone") or "UTC"))
        return told


class AgendaForm(RecordForm):
    """A point of an agenda."""

    chosen = {"city": "cities"}
    title = _title(_("What it is about"))
    text = _long(_("What you need to know before"))
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=0, max_value=1_000, initial=15,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    position = forms.IntegerField(
        label=_("Place in the list"), min_value=0, max_value=99, initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    city = _one_of(_("Who leads it"))
    told = _long(
        _("Minutes: what was said and decided"), _("Your partner gets it too. Write no names of people."), rows=6
    )


class ActionForm(RecordForm):
    """What somebody takes on."""

    chosen = {"city": "cities", "meeting": "meetings", "person": "people"}
    title = _title(_("What is to be done"))
    text = _long(_("More about it"))
    city = _one_of(_("Which city does it"), required=True)
    person = _one_of(_("Who of your city does it"), _("Your partner does not learn the name."))
    due_on = _day(_("Until"))
    meeting = _one_of(_("Agreed at the meeting"))


class DocumentForm(RecordForm):
    """A document."""

    title = _title(_("What document it is"))
    text = _long(_("What is in it"))
    address = _address(_("Where it lies, if you do not add it here as a file."))


class MemorandumForm(RecordForm):
    """A version of a memorandum."""

    title = _title(_("Title"))
    text = _long(_("What you agree on"), rows=18)


class FundingForm(RecordForm):
    """A joint application."""

    chosen = {"lead": "cities"}
    title = _title(_("What you want to do with the money"))
    text = _long(_("What each city does"))
    call = _line(_("Call or programme"), _("Like “Interreg Upper Rhine”."), most=200)
    address = _address()
    lead = _one_of(_("Who hands it in"))
    amount = _money(_("Amount"))
    currency = _line(_("Currency"), most=3)
    due_on = _day(_("To be handed in until"), required=False)
    state = forms.ChoiceField(label=_("How far it is"), choices=FundingState.choices)

    def clean_currency(self) -> str:
        """Nothing typed: euros."""
        return (self.cleaned_data["currency"] or "EUR").upper()


class StayForm(RecordForm):
    """Desk sharing or an expert assignment."""

    chosen = {"from_city": "cities", "to_city": "cities"}
    title = _title(_("What is done there"))
    text = _long(_("Tasks, and whom people can turn to"))
    kind = forms.ChoiceField(label=_("Kind"), choices=StayKind.choices, widget=Radios)
    from_city = _one_of(_("Staff of"), required=True)
    to_city = _one_of(_("Work at"), required=True)
    starts_on = _day(_("From"))
    ends_on = _day(_("Until"), _("Empty: until further notice."), required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On these days"), required=False, coerce=int, widget=Checks, choices=WEEKDAYS
    )
    function = _line(_("Function"), _("Which work the person does, no name."), most=160)
    cost = _money(_("Costs"))
    currency = _line(_("Currency"), most=3)
    is_public = _public()

    def clean_currency(self) -> str:
        """Nothing typed: euros."""
        return (self.cleaned_data["currency"] or "EUR").upper()


class ContactForm(RecordForm):
    """That the cities were in touch."""

    title = _title(_("What it was about"))
    text = _long(_("What came of it"))
    on = _day(_("Day"))
    way = forms.ChoiceField(label=_("How"), choices=ContactWay.choices, widget=Radios)


class CancelForm(PlainForm):
    """Why a meeting does not take place."""

    because = forms.CharField(label=_("Why"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))


class SignForm(PlainForm):
    """In which function somebody signs for the city."""

    function = forms.CharField(label=_("In which function"), help_text=_("Like “Mayor”, no name."), max_length=160)


FORMS: dict[str, type[RecordForm]] = {
    "topic": TopicForm, "milestone": MilestoneForm, "meeting": MeetingForm, "agenda": AgendaForm, "action": ActionForm,
    "document": DocumentForm, "memorandum": MemorandumForm, "funding": FundingForm, "stay": StayForm,
    "contact": ContactForm,
}  # fmt: skip

"""The form in which a city keeps its profile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.themes import leaf_themes
from citytandem.partnerships.models import City, CityContact
from citytandem.partnerships.programmes.maturity import ANCHORS, DIMENSIONS, LEVELS
from citytandem.partnerships.programmes.profile_fields import (
    MOST_LINES,
    TooLong,
    lines_of,
    phrase_lines,
    twinning_lines,
)
from citytandem.ui.countries import COUNTRY_NAMES
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import Checks, PlainForm, Radios

_DEGURBA = [
    ("", _("Not said yet")),
    ("1", _("City (densely populated)")),
    ("2", _("Town or suburb")),
    ("3", _("Rural area")),
]
_TRAVEL = [("", _("Not said yet")), ("yes", _("Yes")), ("no", _("No, only online"))]
_CURRENCIES = [(code, code) for code in ("EUR", "CHF", "PLN", "RON", "BGN", "CZK", "DKK", "SEK", "NOK", "HUF", "GBP")]


class LinesField(forms.CharField):
    """Several things, one a line; cleaned, a list."""

    widget = forms.Textarea

    def clean(self, value: Any) -> Any:
        """See Field."""
        try:
            return lines_of(super().clean(value) or "")
        except TooLong as error:
            told = _("Line %(line)s is too long, or there are more than %(most)s lines.")
            raise forms.ValidationError(
                told, code="lines.long", params={"line": error.line, "most": MOST_LINES}
            ) from error


def _lines(label: Any, hint: Any, *, rows: int = 5) -> LinesField:
    return LinesField(
        label=label, help_text=hint, required=False, widget=forms.Textarea(attrs={"rows": rows}), max_length=9_000
    )


def _line(label: Any, hint: Any = "", *, most: int = 120) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, required=False, max_length=most)


class ProfileForm(PlainForm):
    """What a city says of itself. Nothing is needed; what is not said counts for nothing in the matching."""

    population = forms.IntegerField(label=_("People who live there"), required=False, min_value=1, max_value=50_000_000)
    degurba = forms.ChoiceField(
        label=_("Kind of place"), help_text=_("As Eurostat counts it."), choices=_DEGURBA, required=False
    )
    region = _line(_("Region"))
    languages = forms.MultipleChoiceField(
        label=_("Languages in which your people can work"),
        choices=list(NATIVE_NAMES.items()),
        widget=Checks,
        required=False,
    )
    borders = forms.MultipleChoiceField(
        label=_("Countries on whose border the city lies"),
        choices=list(COUNTRY_NAMES.items()),
        widget=Checks,
        required=False,
    )
    hours = forms.IntegerField(
        label=_("Hours a month that your staff can give"), required=False, min_value=0, max_value=2_000
    )
    exchange_budget = AmountField(
        label=_("Money for exchange in a year"), required=False, min_value=0, max_digits=12, decimal_places=2
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=_CURRENCIES, initial="EUR")
    can_travel = forms.ChoiceField(label=_("Can your people travel?"), choices=_TRAVEL, widget=Radios, required=False)
    strategy_title = _line(_("Name of your digital strategy"))
    strategy_year = _line(_("Year of the strategy"), most=20)
    topics = _lines(_("Topics and challenges"), _("One a line, in any language."))
    can_teach = _lines(_("What you can teach"), _("One a line, in any language: as you would tell a colleague."))
    wants_to_learn = _lines(_("What you want to learn"), _("One a line, in any language."))
    teach_themes = forms.MultipleChoiceField(
        label=_("Themes in which you can teach something"), widget=Checks, required=False
    )
    learn_themes = forms.MultipleChoiceField(
        label=_("Themes in which you want to learn something"), widget=Checks, required=False
    )
    twinnings = _lines(_("Twin towns"), _("One a line: name; country in two letters; since which year."), rows=4)
    networks = _lines(_("Networks that you belong to"), _("One a line."), rows=4)
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        themes = [(theme.id, theme.label(language)) for theme in leaf_themes()]
        for name in ("teach_themes", "learn_themes"):
            self.fields[name].choices = themes  # type: ignore[attr-defined]
        label: Any
        for dimension, label in DIMENSIONS.items():
            # The words behind a number are the choice: nobody has to guess what a 3 is.
            choices = [("", _("Not said yet")), *((str(level), ANCHORS[dimension][level]) for level in LEVELS)]
            self.fields[f"level_{dimension}"] = forms.ChoiceField(
                label=label, choices=choices, widget=Radios(attrs={"class": "ct-check__box"}), required=False
            )
            self.fields[f"because_{dimension}"] = _because(label)

    @property
    def maturity_fields(self) -> Iterator[tuple[Any, Any]]:
        """The level and the grounds of each dimension."""
        for dimension in DIMENSIONS:
            yield self[f"level_{dimension}"], self[f"because_{dimension}"]


def _because(label: Any) -> forms.CharField:
    return forms.CharField(
        label=_("By what one sees it"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "class": "kern-form-input__input", "aria-description": label}),
    )


class ContactsForm(PlainForm):
    """The person to be asked and who stands in; both have to agree."""

    contact_name = _line(_("Name"))
    contact_function = _line(_("Function"), most=160)
    contact_email = forms.EmailField(label=_("E-mail address"), required=False)
    contact_consents = forms.BooleanField(
        label=_("This person agrees that partner cities and the coordination see these details."), required=False
    )
    deputy_name = _line(_("Name"))
    deputy_function = _line(_("Function"), most=160)
    deputy_email = forms.EmailField(label=_("E-mail address"), required=False)
    deputy_consents = forms.BooleanField(
        label=_("This person agrees that partner cities and the coordination see these details."), required=False
    )


def profile_values(city: City) -> dict[str, Any]:
    """What the form shows at first."""
    strategy = city.strategy if isinstance(city.strategy, Mapping) else {}
    travel = {None: "", True: "yes", False: "no"}[city.can_travel]
    values: dict[str, Any] = {
        "population": city.population,
        "degurba": city.degurba or "",
        "region": city.region,
        "languages": city.languages,
        "borders": city.borders,
        "hours": city.hours,
        "exchange_budget": city.exchange_budget,
        "currency": city.currency,
        "can_travel": travel,
        "strategy_title": strategy.get("title", "") if strategy else str(city.strategy or ""),
        "strategy_year": strategy.get("year", ""),
        "topics": "\n".join(city.topics),
        "can_teach": phrase_lines(city.can_teach),
        "wants_to_learn": phrase_lines(city.wants_to_learn),
        "teach_themes": city.teach_themes,
        "learn_themes": city.learn_themes,
        "twinnings": twinning_lines(city.twinnings),
        "networks": "\n".join(city.networks),
        "version": city.said_at.isoformat() if city.said_at else "",
    }
    for dimension, entry in city.maturity.items():
        values[f"level_{dimension}"] = entry.get("level", "")
        values[f"because_{dimension}"] = entry.get("because", "")
    return values


def contact_values(contact: CityContact | None, deputy: CityContact | None) -> dict[str, Any]:
    """What the form of the contacts shows at first."""
    values: dict[str, Any] = {}
    for role, person in (("contact", contact), ("deputy", deputy)):
        if person is not None:
            values |= {
                f"{role}_name": person.name,
                f"{role}_function": person.function,
                f"{role}_email": person.email,
                f"{role}_consents": person.consented_at is not None,
            }
    return values

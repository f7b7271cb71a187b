"""Which procedure may fit a value: the answer in words, the facts with their sources, and a picture of the thresholds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from textwrap import wrap
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.challenges import tender_words
from citytandem.challenges.forms_tenders import countries, currencies
from citytandem.challenges.reading_tenders import own_city
from citytandem.challenges.tender_words import FITS, warning_words
from citytandem.challenges.tenders.thresholds import Fitting, Threshold, fitting
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import PlainForm

_CURRENCIES = {"PL": "PLN", "RO": "RON", "CH": "CHF", "CZ": "CZK", "DK": "DKK", "HU": "HUF", "SE": "SEK", "GB": "GBP"}
_BAND, _LINE, _LETTERS = 92, 19, 22


class ProcurementForm(PlainForm):
    """What is to be bought, by whom, for how much, and when."""

    country = forms.ChoiceField(label=gettext_lazy("Country"))
    region = forms.ChoiceField(
        label=gettext_lazy("Region"),
        required=False,
        help_text=gettext_lazy("Only where we know rules of the region."),
    )
    buyer = forms.ChoiceField(label=gettext_lazy("Who buys?"), choices=tender_words.choices(tender_words.BUYERS))
    contract = forms.ChoiceField(
        label=gettext_lazy("What is bought?"), choices=tender_words.choices(tender_words.CONTRACTS)
    )
    value = AmountField(
        label=gettext_lazy("Estimated value without VAT"),
        help_text=gettext_lazy(
            "Over the whole term, with options and extensions. If several cities buy together, the sum counts."
        ),
        min_value=0,
        max_digits=14,
        decimal_places=2,
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    on = forms.DateField(
        label=gettext_lazy("Day of the call"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = [("", _("another one, or none")), *tender_words.choices(tender_words.REGIONS)]
        for name, offered in (("country", countries()), ("region", regions), ("currency", currencies())):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = offered


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch between two thresholds: `top` in the drawing, its `lines` of words, and whether the value lies in it."""

    top: int
    height: int
    since: str
    until: str
    lines: Sequence[tuple[int, str]]
    told: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """Bands from the highest down. `marker`: how far down the value lies; `edges`: amounts between the bands."""

    height: int
    bands: Sequence[Band]
    edges: Sequence[tuple[int, str]]
    marker: int
    value: str


@dataclass(frozen=True, slots=True)
class FactShown:
    """A threshold as the table shows it."""

    level: str
    rule: str
    procedure: str
    since: date
    until: date | None
    source: str
    url: str
    checked: date
    is_used: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What may fit, why, and what to think of."""

    procedures: Sequence[tuple[str, str]]
    warnings: Sequence[str]
    facts: Sequence[FactShown]
    scale: Scale | None
    value: str
    is_unknown_country: bool


def start_values(asked: Mapping[str, str]) -> dict[str, Any]:
    """What the form starts with: the node's own country, today."""
    country = own_city().country
    return {
        "country": country,
        "buyer": "sub_central",
        "contract": "services",
        "currency": _CURRENCIES.get(country, "EUR"),
        "on": timezone.localdate().isoformat(),
        **{name: asked[name] for name in ProcurementForm.base_fields if name in asked},
    }


def answer_of(values: Mapping[str, Any]) -> Answer:
    """The answer to a form that is valid."""
    told = {**values, "on": values["on"]}
    value: Decimal = told.pop("value")
    country: str = told.pop("country")
    region: str = told.pop("region")
    # A region says something of its own country only.
    told["region"] = region if region.startswith(f"{country}-") else ""
    found = fitting(country, value=value, **told)
    everything = fitting(country, value=Decimal(0), **told)
    used = sorted(dict.fromkeys([*everything.used, *found.used]), key=lambda fact: fact.amount, reverse=True)
    return Answer(
        procedures=[(str(FITS[code][0]), str(FITS[code][1])) for code in found.procedures],
        warnings=list(warning_words(found.warnings)),
        facts=[_fact(fact, found, value) for fact in used],
        scale=_scale(used, value=value, country=country, told=told) if used else None,
        value=_amount(value, told["currency"]),
        is_unknown_country="country_unknown" in found.warnings,
    )


def _amount(value: Decimal, currency: str) -> str:
    places = 0 if value == value.to_integral_value() else 2
    return f"{number_format(value, decimal_pos=places, force_grouping=True)}\u00a0{currency}"


def _fact(fact: Threshold, found: Fitting, value: Decimal) -> FactShown:
    amount = _amount(fact.amount, fact.currency)
    rules = {
        "from": _("from %(amount)s on"),
        "below": _("below %(amount)s"),
        "up_to": _("up to %(amount)s"),
    }
    levels = {"EU": _("European Union"), "GPA": _("WTO agreement"), "national": _("Country or region")}
    return FactShown(
        level=levels[fact.level],
        rule=rules[fact.applies] % {"amount": amount},
        procedure=str(FITS[fact.procedure][0]),
        since=fact.since,
        until=fact.until,
        source=fact.source,
        url=fact.url,
        checked=fact.checked,
        is_used=fact.procedure in found.procedures and fact.holds(value),
    )


def _scale(used: Sequence[Threshold], *, value: Decimal, country: str, told: Mapping[str, Any]) -> Scale:
    currency = told["currency"]
    amounts = sorted({fact.amount for fact in used if fact.amount > 0})
    here = bisect_right(amounts, value)
    # Up to an amount means with it.
    if here and amounts[here - 1] == value and any(one.amount == value and one.applies == "up_to" for one in used):
        here -= 1
    ends: list[Decimal | None] = [*amounts, None]
    bands = []
    for number, end in enumerate(ends):
        start = amounts[number - 1] if number else Decimal(0)
        inside = (start + end) / 2 if end is not None else start * 2 + 1
        names = [str(FITS[code][0]) for code in fitting(country, value=inside, **told).procedures]
        words = ", ".join(names) or _("not known here")
        top = _BAND * (len(ends) - 1 - number)
        until = _amount(end, currency) if end is not None else ""
        bands.append(
            Band(top, _BAND, _amount(start, currency), until, list(_lines(words, top)), words, is_here=number == here)
        )
    low = amounts[here - 1] if here else Decimal(0)
    high = ends[here]
    share = float((value - low) / (high - low)) if high is not None else float(1 - low / value) if value else 0.5
    marker = round(bands[here].top + _BAND * (1 - min(max(share, 0.06), 0.94)))
    edges = [(_BAND * (len(ends) - 1 - number), _amount(end, currency)) for number, end in enumerate(amounts)]
    return Scale(_BAND * len(ends), bands[::-1], edges, marker, _amount(value, currency))


def _lines(words: str, top: int) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(wrap(words, _LETTERS)[:4]):
        yield top + 24 + _LINE * number, line

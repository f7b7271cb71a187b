"""Forms of the hand-over: each part of a tender package, with rows that are added and taken out without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.challenges import tender_words
from citytandem.challenges.services.tenders import LONGEST_TITLE, MOST_ROWS
from citytandem.challenges.tenders.codes import CURRENCIES
from citytandem.challenges.tenders.package import (
    AwardCriterion,
    Buyer,
    Lot,
    Money,
    PriceLine,
    Requirement,
    TenderPackage,
    Timetable,
)
from citytandem.core.text import MAX_TEXT
from citytandem.ui.countries import COUNTRY_NAMES
from citytandem.ui.fields import AmountField
from citytandem.ui.forms import PlainForm, Radios

_LONGEST_LINE = 400
_NOTE = 2_000


class _NeededLine(forms.CharField):
    """What a package needs: a draft may lack it, and the package says so."""

    def validate(self, value: Any) -> None:
        """See Field."""


class _NeededChoice(forms.ChoiceField):
    """As `_NeededLine`."""

    def validate(self, value: Any) -> None:
        """See Field."""
        if value:
            super().validate(value)


class _NeededAmount(AmountField):
    """As `_NeededLine`."""

    def validate(self, value: Any) -> None:
        """See Field."""
        if value is not None:
            super().validate(value)


def _needed(label: Any, *, most: int = _LONGEST_LINE, **more: Any) -> forms.CharField:
    return _NeededLine(label=label, max_length=most, **more)


def _line(label: Any, *, most: int = _LONGEST_LINE, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **more)


def _text(label: Any, *, rows: int = 3, most: int = _NOTE, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=False, widget=forms.Textarea(attrs={"rows": rows}), **more
    )


def _amount(label: Any, **more: Any) -> AmountField:
    return AmountField(label=label, required=False, min_value=0, max_digits=14, decimal_places=2, **more)


def countries() -> list[tuple[str, Any]]:
    """The countries by their names in the reader's language."""
    named = sorted(((code, str(name)) for code, name in COUNTRY_NAMES.items()), key=lambda row: row[1].casefold())
    return [("", _("please choose")), *named]


def currencies() -> list[tuple[str, str]]:
    """The currencies, the euro first."""
    return [(code, code) for code in sorted(CURRENCIES, key=lambda code: (code != "EUR", code))]


class RowForm(PlainForm):
    """One row of a part. `kept`: names of fields that alone do not make a row. `thing`: what the row says, given a currency."""

    kept: ClassVar[Sequence[str]] = ()
    thing: Callable[[str], Any]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into it."""
        return not any(str(self[name].value() or "").strip() for name in self.fields if name not in self.kept)

    @classmethod
    def told(cls, thing: Any) -> dict[str, Any]:
        """The row as it is shown of a thing."""
        values = {name: getattr(thing, name) for name in cls.base_fields}
        amount = values.get("value")
        return {**values, "value": amount.amount} if isinstance(amount, Money) else values


class BuyerForm(RowForm):
    """An authority that buys."""

    kept = ("kind", "country")
    _MORE = ("street", "post_code", "email", "phone", "website", "nuts", "scheme", "identifier")

    name = _needed(_("Name of the buyer"))
    country = _NeededChoice(label=_("Country"))
    city = _needed(_("City"), most=200)
    kind = forms.ChoiceField(label=_("Kind of buyer"), choices=tender_words.choices(tender_words.BUYERS))
    value = _amount(
        _("Its part of the value"),
        help_text=_("For several buyers: without VAT, in the currency of the tender. The parts are summed up."),
    )
    street = _line(_("Street"))
    post_code = _line(_("Postcode"), most=20)
    email = _line(_("E-mail address of the office"), widget=forms.TextInput(attrs={"inputmode": "email"}))
    phone = _line(_("Telephone of the office"), most=40, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    website = _line(_("Web page"), widget=forms.TextInput(attrs={"inputmode": "url"}))
    nuts = _line(_("NUTS code of level 3"), most=5, help_text=_("For example DEA14 for Krefeld."))
    scheme = _line(_("Register"), most=40, help_text=_("Its code at org-id.guide."))
    identifier = _line(_("Number in the register"), most=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)  # noqa: S101 - for the type checker
        country.choices = countries()

    def thing(self, currency: str) -> Buyer:
        """See RowForm."""
        values = dict(self.cleaned_data)
        amount = values.pop("value")
        return Buyer(**values, value=None if amount is None else Money(amount, currency))

    @property
    def more(self) -> Iterator[Any]:
        """What official notices ask for."""
        return (self[name] for name in self._MORE)

    @property
    def has_more_errors(self) -> bool:
        """Whether something is wrong among it."""
        return self.is_bound and not self.errors.keys().isdisjoint(self._MORE)


class RequirementForm(RowForm):
    """What the thing bought has to do."""

    kept = ("strength", "id")

    id = _needed(_("No."), most=60)
    strength = forms.ChoiceField(label=_("Strength"), choices=tender_words.choices(tender_words.STRENGTHS))
    text = _needed(
        _("What it has to do"),
        most=_NOTE,
        help_text=_("Say what is to be reached, not which product does it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    evidence = _text(_("What the pilot showed"), rows=2)

    def thing(self, currency: str) -> Requirement:  # noqa: ARG002 - other rows have amounts
        """See RowForm."""
        return Requirement(**self.cleaned_data)


class CriterionForm(RowForm):
    """What decides between bids."""

    kept = ("kind",)

    name = _needed(_("Criterion"), most=200)
    kind = forms.ChoiceField(label=_("What it is about"), choices=tender_words.choices(tender_words.CRITERION_KINDS))
    weight = _NeededAmount(label=_("Weight"), min_value=0, max_value=1_000_000, max_digits=12, decimal_places=2)
    description = _text(_("How it is judged"), rows=2)

    @classmethod
    def told(cls, thing: Any) -> dict[str, Any]:
        """See RowForm."""
        return {**super().told(thing), "weight": f"{thing.weight:.15g}"}

    def thing(self, currency: str) -> AwardCriterion:  # noqa: ARG002 - other rows have amounts
        """See RowForm. What has no weight does not count."""
        return AwardCriterion(**{**self.cleaned_data, "weight": float(self.cleaned_data["weight"] or 0)})


class PriceForm(RowForm):
    """A line that bidders put a price to."""

    item = _needed(_("Item"))
    unit = _needed(_("Unit"), most=60)
    quantity = _NeededAmount(label=_("Quantity"), min_value=0, max_digits=14, decimal_places=2)
    lot = _line(_("Lot"), most=60)
    hint = _line(_("Note"))

    def thing(self, currency: str) -> PriceLine:  # noqa: ARG002 - other rows have amounts
        """See RowForm. A quantity that is not said is none."""
        return PriceLine(**{**self.cleaned_data, "quantity": self.cleaned_data["quantity"] or Decimal(0)})


class LotForm(RowForm):
    """A part that can be bid for alone."""

    kept = ("id",)

    id = _needed(_("No."), most=60)
    title = _needed(_("Title"))
    value = _amount(_("Estimated value without VAT"))
    description = _text(_("What is in it"), rows=2)

    def thing(self, currency: str) -> Lot:
        """See RowForm."""
        values = dict(self.cleaned_data)
        amount = values.pop("value")
        return Lot(**values, value=None if amount is None else Money(amount, currency))


class SubjectForm(PlainForm):
    """What is bought."""

    title = _needed(_("Title"), most=LONGEST_TITLE)
    need = _needed(
        _("What we need"),
        most=MAX_TEXT,
        help_text=_("The need, not the solution: bidders may know better ones."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    contract = forms.ChoiceField(label=_("Kind of contract"), choices=tender_words.choices(tender_words.CONTRACTS))
    value = _amount(_("Estimated value without VAT"), help_text=_("Over the whole term, with options and extensions."))
    currency = forms.ChoiceField(label=_("Currency"))
    procedure = forms.ChoiceField(
        label=_("Procedure"),
        required=False,
        help_text=_("The procurement office decides. Leave it open if you do not know."),
    )
    reference = _needed(_("Reference"), most=60)
    cpv = _line(_("Main CPV code"), most=20, help_text=_("Eight digits of the Common Procurement Vocabulary."))
    more_cpv = _line(_("More CPV codes"), help_text=_("With commas between them."))
    documents_url = _line(_("Where the documents will be"), widget=forms.TextInput(attrs={"inputmode": "url"}))
    submission_url = _line(_("Where bids are sent"), widget=forms.TextInput(attrs={"inputmode": "url"}))

    def __init__(self, *args: Any, is_shared_out: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (
            ("currency", currencies()),
            ("procedure", [("", _("not decided")), *tender_words.choices(tender_words.PROCEDURES)]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = offered
        if is_shared_out:
            del self.fields["value"]

    @classmethod
    def told(cls, package: TenderPackage, currency: str) -> dict[str, Any]:
        """What the form shows of a package."""
        names = ("title", "need", "contract", "reference", "cpv", "documents_url", "submission_url")
        return {
            **{name: getattr(package, name) for name in names},
            "value": package.value.amount if package.value is not None else "",
            "currency": currency,
            "procedure": package.procedure or "",
            "more_cpv": ", ".join(package.more_cpv),
        }

    def applied(self, package: TenderPackage) -> TenderPackage:
        """The package with what this part says. A new currency counts for all amounts."""
        values = dict(self.cleaned_data)
        currency = values.pop("currency")
        codes = values.pop("more_cpv").replace(";", ",").split(",")
        amount: Decimal | None = package.value.amount if package.value is not None else None
        if "value" in values:
            amount = values.pop("value")

        def again(money: Money | None) -> Money | None:
            return None if money is None else replace(money, currency=currency)

        return replace(
            package,
            **{**values, "procedure": values["procedure"] or None},
            more_cpv=tuple(code.strip() for code in codes if code.strip()),
            value=None if amount is None else Money(amount, currency),
            buyers=tuple(replace(buyer, value=again(buyer.value)) for buyer in package.buyers),
            lots=tuple(replace(lot, value=again(lot.value)) for lot in package.lots),
        )


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


def _time(label: Any) -> forms.DateTimeField:
    shape = "%Y-%m-%dT%H:%M"
    return forms.DateTimeField(
        label=label, required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=shape)
    )


class DatesForm(PlainForm):
    """When what happens."""

    notice = _day(_("Publication"))
    questions_until = _time(_("Questions until"))
    tenders_until = _time(_("Bids until"))
    opening = _time(_("Opening of bids"))
    decision = _day(_("Decision"))
    start = _day(_("Start of the contract"))
    end = _day(_("End of the contract"))

    @classmethod
    def told(cls, package: TenderPackage) -> dict[str, Any]:
        """What the form shows of a package: times in the zone of the node."""
        values: dict[str, Any] = {}
        for name, field in cls.base_fields.items():
            moment = getattr(package.dates, name)
            if moment is not None:
                is_time = isinstance(field, forms.DateTimeField)
                values[name] = f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}" if is_time else moment.isoformat()
        return values

    def applied(self, package: TenderPackage) -> TenderPackage:
        """The package with what this part says."""
        return replace(package, dates=Timetable(**self.cleaned_data))


class LeadForm(PlainForm):
    """Which of the buyers leads, as the place of its row."""

    lead = forms.ChoiceField(label=_("Who leads the procedure?"), widget=Radios)

    def __init__(self, *args: Any, names: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lead"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(number, name or f"{number + 1}") for number, name in enumerate(names)]


class PriceWeightForm(PlainForm):
    """Whether somebody has decided how much the price counts."""

    price_confirmed = forms.BooleanField(
        label=_("We have decided on the weight of the price, together with the procurement office."), required=False
    )


class BeginForm(PlainForm):
    """From which pilot, and in which language, a package begins."""

    pilot = forms.ChoiceField(label=_("Pilot"), required=False, widget=Radios)
    language = forms.ChoiceField(label=_("Language of the package"))

    def __init__(
        self, *args: Any, pilots: Sequence[tuple[str, str]], languages: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (("pilot", [*pilots, ("", _("without a pilot"))]), ("language", list(languages.items()))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
            field.choices = offered


__all__ = [
    "MOST_ROWS", "BeginForm", "BuyerForm", "CriterionForm", "DatesForm", "LeadForm", "LotForm", "PriceForm",
    "PriceWeightForm", "RequirementForm", "RowForm", "SubjectForm", "countries", "currencies",
]  # fmt: skip

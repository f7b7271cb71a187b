"""The best partners of one city as a page: who they are, what each could teach the other, what the score is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from citytandem.partnerships.best_partners import Partner, best_partners
from citytandem.partnerships.models import City
from citytandem.partnerships.presenters import programme_map
from citytandem.partnerships.selectors import card, cities_of
from citytandem.ui.countries import COUNTRY_NAMES, country_name
from citytandem.ui.forms import PlainForm


class NarrowForm(PlainForm):
    """Which partners are looked for."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    smallest = forms.IntegerField(
        label=gettext_lazy("People, at least"), required=False, min_value=0, max_value=100_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    largest = forms.IntegerField(
        label=gettext_lazy("People, at most"), required=False, min_value=0, max_value=100_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(((code, str(name)) for code, name in COUNTRY_NAMES.items()), key=lambda one: one[1].casefold())
        self.fields["country"].choices = [("", _("All countries")), *names]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The largest cannot be below the smallest."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        smallest, largest = told.get("smallest") or 0, told.get("largest") or 0
        if largest and largest < smallest:
            self.add_error("largest", _("This is less than the smallest."))
        return told


@dataclass(frozen=True, slots=True)
class PartnerShown:
    """A possible partner. `gives`, `gets`: themes in which it could teach, and learn; `terms`: name and value, which add up."""

    slug: str
    name: str
    language: str
    country: str
    population: int | None
    kilometres: int | None
    gives: Sequence[str]
    gets: Sequence[str]
    terms: Sequence[tuple[str, str]]
    score: str


@dataclass(frozen=True, slots=True)
class PartnersPage:
    """`says_nothing`: the city has not said what it teaches and wants to learn."""

    slug: str
    name: str
    language: str
    partners: Sequence[PartnerShown]
    drawing: Any
    says_nothing: bool


def partners_page(city: City, *, country: str = "", smallest: int = 0, largest: int = 0) -> PartnersPage:
    """The best 20. Five queries."""
    reader = get_language() or "en"
    found = best_partners(city.slug, country=country, smallest=smallest, largest=largest)
    whole = {row.id: row for row in cities_of([one.city.id for one in found])}
    own = card(city)
    return PartnersPage(
        slug=city.slug,
        name=own.name_for(reader),
        language=own.name_language(reader),
        partners=[_shown(one, city, whole[one.city.id], reader) for one in found if one.city.id in whole],
        drawing=programme_map([own, *(one.city for one in found)], [], home=city.id),
        says_nothing=not (city.teach_themes and city.learn_themes),
    )


def _shown(one: Partner, city: City, other: City, reader: str) -> PartnerShown:
    terms = one.terms
    told = (
        (_("What each can teach the other"), terms.exchange),
        (_("Likeness in size"), terms.size),
        (_("Distance"), terms.distance),
        (_("Language in common"), terms.language),
    )
    return PartnerShown(
        slug=one.city.slug,
        name=one.city.name_for(reader),
        language=one.city.name_language(reader),
        country=country_name(one.city.country),
        population=one.city.population,
        kilometres=one.kilometres,
        gives=_both(other.teach_themes, city.learn_themes),
        gets=_both(city.teach_themes, other.learn_themes),
        terms=[(name, _points(value)) for name, value in told],
        score=_points(one.score),
    )


def _both(one: Iterable[str], other: Iterable[str]) -> list[str]:
    known = set(other)
    return sorted({theme for theme in one if theme in known})


def _points(value: float) -> str:
    return str(number_format(value, decimal_pos=2))

"""Reasons and differences of a match as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.themes import theme_label
from citytandem.streams.matching import LIKELY, POSSIBLE, Reason
from citytandem.ui.countries import country_name

Values = Mapping[str, str | int]


def sentence(reason: Reason, *, language: str) -> str:
    """One reason or difference, in the language that is active (`language` names it, for theme labels)."""
    return _SENTENCES[reason.code](reason.values, language)


def likelihood(score: float) -> str:
    """A score in words."""
    if score >= LIKELY:
        return _("probably helps")
    if score >= POSSIBLE:
        return _("may well help")
    return _("could be worth a look")


def _themes(values: Values, language: str) -> str:
    names = [theme_label(theme, language) for theme in str(values["themes"]).split(",")]
    return ngettext("same theme: %(themes)s", "same themes: %(themes)s", len(names)) % {"themes": ", ".join(names)}


def _words(values: Values, _language: str) -> str:
    return _("both speak of: %(words)s") % values


def _phrase(values: Values, _language: str) -> str:
    return _("nearest phrase: “%(phrase)s”") % values


def _meaning(_values: Values, _language: str) -> str:
    return _("close in meaning")


def _proven(values: Values, _language: str) -> str:
    return (
        ngettext("in use in %(cities)s", "in use in %(count)s cities, among them %(cities)s", int(values["count"]))
        % values
    )


def _tried(values: Values, _language: str) -> str:
    return _("tried out in %(cities)s") % values


def _own_city(values: Values, _language: str) -> str:
    return _("from your own city, %(city)s") % values


def _size(values: Values, _language: str) -> str:
    people = number_format(int(values["people"]), force_grouping=True)
    return _("%(city)s is of similar size (%(people)s people)") % {"city": values["city"], "people": people}


def _country(_values: Values, _language: str) -> str:
    return _("same country")


def _teaches(values: Values, _language: str) -> str:
    return _("can teach: %(what)s") % values


def _has_solution(values: Values, _language: str) -> str:
    return _("has: %(title)s") % values


def _has_problem(values: Values, _language: str) -> str:
    return _("has a similar problem: %(title)s") % values


def _law(values: Values, _language: str) -> str:
    country = country_name(str(values["country"]))
    return _("other country (%(country)s): check law and responsibilities") % {"country": country}


def _larger(values: Values, _language: str) -> str:
    factor = int(values["factor"])
    return ngettext("%(city)s is %(factor)s times as large", "%(city)s is %(factor)s times as large", factor) % {
        "city": values["city"],
        "factor": number_format(factor, force_grouping=True),
    }


def _smaller(values: Values, _language: str) -> str:
    factor = int(values["factor"])
    return ngettext(
        "your city is %(factor)s times as large as %(city)s",
        "your city is %(factor)s times as large as %(city)s",
        factor,
    ) % {"city": values["city"], "factor": number_format(factor, force_grouping=True)}


def _language(values: Values, _reader: str) -> str:
    code = str(values["language"])
    return _("written in %(language)s") % {"language": NATIVE_NAMES.get(code, code)}


def _needs(values: Values, _language: str) -> str:
    return {
        "law": _("look at its legal conditions"),
        "responsibilities": _("look at who is responsible for it"),
        "staff": _("look at the staff it needs"),
        "data": _("look at the data it needs"),
        "infrastructure": _("look at the infrastructure it needs"),
    }[str(values["condition"])]


_SENTENCES: dict[str, Callable[[Values, str], str]] = {
    "themes": _themes,
    "words": _words,
    "phrase": _phrase,
    "meaning": _meaning,
    "proven": _proven,
    "tried": _tried,
    "own_city": _own_city,
    "size": _size,
    "country": _country,
    "teaches": _teaches,
    "has_solution": _has_solution,
    "has_problem": _has_problem,
    "law": _law,
    "larger": _larger,
    "smaller": _smaller,
    "language": _language,
    "needs": _needs,
}

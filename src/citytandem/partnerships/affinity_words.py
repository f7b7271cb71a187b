"""The grounds for a partnership as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.themes import theme_label
from citytandem.partnerships.affinity import Pairing, Term

STRONG = 0.75
SOME = 0.4


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground as a page shows it: `label` names it, `detail` says it, `percent` is the length of its bar."""

    code: str
    label: str
    detail: str
    strength: str
    percent: int
    pairings: Sequence[Pairing]


def grounds(terms: Sequence[Term], *, home: str, other: str, language: str) -> list[Ground]:
    """The terms in words; `home` and `other` are the names of the two cities."""
    names = {"home": home, "other": other}
    found = []
    for term in terms:
        label, detail = _WORDS[term.code](term, names, language)
        found.append(
            Ground(
                term.code,
                label,
                detail,
                strength_word(term.strength),
                max(4, round(term.strength * 100)),
                term.pairings,
            )
        )
    return found


def strength_word(strength: float) -> str:
    """How much a ground carries, in a word."""
    if strength >= STRONG:
        return _("strong")
    return _("medium") if strength >= SOME else _("slight")


Names = Mapping[str, str]
Words = tuple[str, str]


def _they_teach(term: Term, names: Names, _language: str) -> Words:
    count = len(term.pairings)
    detail = ngettext(
        "%(other)s can teach one thing that %(home)s wants to learn.",
        "%(other)s can teach %(count)s things that %(home)s wants to learn.",
        count,
    ) % {**names, "count": count}
    return _("We learn"), detail


def _we_teach(term: Term, names: Names, _language: str) -> Words:
    count = len(term.pairings)
    detail = ngettext(
        "%(home)s can teach one thing that %(other)s wants to learn.",
        "%(home)s can teach %(count)s things that %(other)s wants to learn.",
        count,
    ) % {**names, "count": count}
    return _("We teach"), detail


def _themes(term: Term, _names: Names, language: str) -> Words:
    themes = ", ".join(theme_label(theme, language) for theme in term.items)
    more = int(term.values["count"]) - len(term.items)
    if more > 0:
        detail = ngettext(
            "Both work on: %(themes)s and %(more)s more theme.",
            "Both work on: %(themes)s and %(more)s more themes.",
            more,
        ) % {"themes": themes, "more": more}
        return _("Same themes"), detail
    return _("Same themes"), _("Both work on: %(themes)s.") % {"themes": themes}


def _size(term: Term, names: Names, _language: str) -> Words:
    people = {key: number_format(int(term.values[key]), force_grouping=True) for key in ("home", "other")}
    detail = _("%(other)s has %(other_people)s people, %(home)s %(home_people)s.") % {
        **names,
        "other_people": people["other"],
        "home_people": people["home"],
    }
    return _("Similar size"), detail


def _law(_term: Term, _names: Names, _language: str) -> Words:
    return _("Same country"), _("National law is the same; regional law may differ.")


def _shared_language(term: Term, _names: Names, _language: str) -> Words:
    spoken = ", ".join(NATIVE_NAMES.get(code, code) for code in term.items)
    return _("Same language"), _("Official language of both: %(languages)s.") % {"languages": spoken}


def _close(term: Term, _names: Names, _language: str) -> Words:
    distance = number_format(int(term.values["km"]), force_grouping=True)
    return _("Close by"), _("About %(km)s km as the crow flies: meetings in person are easy.") % {"km": distance}


def _partnership(_term: Term, names: Names, _language: str) -> Words:
    return _("Partners already"), _("%(home)s and %(other)s have worked together in the programme.") % names


def _twinned(term: Term, names: Names, _language: str) -> Words:
    since = int(term.values["since"])
    if since:
        return _("Twin towns"), _("%(home)s and %(other)s have been twin towns since %(year)s.") % {
            **names,
            "year": since,
        }
    return _("Twin towns"), _("%(home)s and %(other)s are twin towns.") % names


_WORDS: dict[str, Callable[[Term, Names, str], Words]] = {
    "they_teach": _they_teach,
    "we_teach": _we_teach,
    "themes": _themes,
    "size": _size,
    "law": _law,
    "language": _shared_language,
    "close": _close,
    "partnership": _partnership,
    "twinned": _twinned,
}

"""The sentences of reasons, in English; pages translate the same sentences (`cohort_words`)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.themes import theme_label, themes
from citytandem.partnerships.cohort.likeness import phrase_key
from citytandem.partnerships.cohort.reasons import Parameter, Reason


def gettext_noop(sentence: str) -> str:
    """Marks a sentence for the catalogues; nothing is translated here."""
    return sentence


SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "exchange.both": gettext_noop("%(first)s can learn %(first_learns)s, %(second)s can learn %(second_learns)s."),
        "exchange.first": gettext_noop(
            "%(first)s can learn %(first_learns)s, but %(second)s learns nothing in return."
        ),
        "exchange.second": gettext_noop(
            "%(second)s can learn %(second_learns)s, but %(first)s learns nothing in return."
        ),
        "exchange.none": gettext_noop("Neither teaches what the other wants to learn."),
        "themes.shared": gettext_noop("Both work on: %(themes)s."),
        "themes.none": gettext_noop("They share no theme."),
        "tie.partners": gettext_noop("%(first)s and %(second)s are partners already."),
        "tie.networks": gettext_noop("Both belong to: %(networks)s."),
        "tie.none": gettext_noop("There is no earlier tie."),
        "size.known": gettext_noop("%(first)s has %(first_people)s people, %(second)s has %(second_people)s."),
        "size.unknown": gettext_noop("How many people live there is not known of both."),
        "maturity.known": gettext_noop(
            "%(first)s is at level %(first_level)s, %(second)s at level %(second_level)s of 5."
        ),
        "maturity.unknown": gettext_noop("How far they are is not known of both."),
        "language.common": gettext_noop("Language of both: %(languages)s."),
        "language.interpreting": gettext_noop(
            "No common language (%(first_languages)s and %(second_languages)s): meetings need an interpreter."
        ),
        "language.unknown": gettext_noop("The languages are not known of both."),
        "border.yes": gettext_noop("They are neighbours across a border."),
        "border.no": gettext_noop("They are not neighbours across a border."),
        "hours.known": gettext_noop("%(first)s gives %(first_hours)s hours, %(second)s gives %(second_hours)s."),
        "hours.none": gettext_noop("One of them has no hours for the partnership."),
        "hours.unknown": gettext_noop("The hours are not known of both."),
    }
)
TERM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "exchange": gettext_noop("Teach and learn"),
        "themes": gettext_noop("Same themes"),
        "tie": gettext_noop("Earlier tie"),
        "size": gettext_noop("Similar size"),
        "maturity": gettext_noop("Similar maturity"),
        "language": gettext_noop("Same language"),
        "border": gettext_noop("Border region"),
        "hours": gettext_noop("Hours on both sides"),
    }
)
_MOST_TOLD = 4


def in_english(reason: Reason) -> str:
    """The sentence of a reason."""
    return SENTENCES[reason.key] % {name: told(value, "en") for name, value in reason.parameters.items()}


def told(value: Parameter, language: str) -> str:
    """A parameter in words: themes by their labels, languages by their names, a few of many."""
    if isinstance(value, list):
        shown = [_named(item, language) for item in value[:_MOST_TOLD]]
        return ", ".join(shown) + (" …" if len(value) > _MOST_TOLD else "")
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _named(item: str, language: str) -> str:
    key = phrase_key(item)
    return theme_label(key, language) if key in themes() else NATIVE_NAMES.get(item, item)

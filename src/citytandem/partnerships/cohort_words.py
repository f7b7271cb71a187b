"""The reasons of a matching as sentences in the reader's language."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

from citytandem.partnerships.cohort.reasons import Parameter, Reason
from citytandem.partnerships.cohort.wording import SENTENCES, TERM_NAMES, told


def reason_text(reason: Reason) -> str:
    """Why a term counts what it counts."""
    language = get_language() or "en"
    return gettext(SENTENCES[reason.key]) % {name: _told(value, language) for name, value in reason.parameters.items()}


def term_name(term: str) -> str:
    """What a term is called."""
    return gettext(TERM_NAMES[term])


def _told(value: Parameter, language: str) -> str:
    if isinstance(value, int | float):
        return number_format(value, force_grouping=True)
    return told(value, language)

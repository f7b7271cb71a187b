"""What people write about their files is read by a program first: the module that looks registers itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core.errors import Invalid

# Given a text, its language and who wrote it: which personal data stand in it, in words.
Reading = Callable[[str, str, Actor], Sequence[str | Promise]]
_readings: list[Reading] = []


def register_text_check(reading: Reading) -> None:
    """Let names and descriptions of files be looked through; the last registration counts."""
    _readings[:] = [reading]


def personal_data(text: str, *, language: str, by: Actor) -> list[str]:
    """Which personal data stand in a text, in words."""
    return [str(label) for reading in _readings for label in reading(text, language, by)] if text else []


def check_words(text: str, *, field: str, language: str, by: Actor) -> None:
    """Raise Invalid where personal data stand in a description: nothing holds it back until a person has decided."""
    found = personal_data(text, language=language, by=by)
    if found:
        message = _("Everybody can read this. Please leave out personal data: %(found)s.")
        raise Invalid("file.personal_data", message % {"found": ", ".join(found)}, field=field)

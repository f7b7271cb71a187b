"""The privacy page: put together from what the node really keeps, uses and is set up for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.consents import Purpose, purposes
from citytandem.accounts.holdings import Holding, holdings
from citytandem.accounts.privacy.outside import OutsideService, outside_services
from citytandem.accounts.privacy.periods import days_kept, period_words
from citytandem.accounts.privacy.selectors import Swept, sweeps
from citytandem.core.node import this_node
from citytandem.core.switches import is_on, switches


@dataclass(frozen=True, slots=True)
class Told:
    """A holding as the privacy page tells it."""

    holding: Holding
    period: str
    swept: Swept | None


@dataclass(frozen=True, slots=True)
class Right:
    """What anybody may ask for, and the article of the GDPR that says so."""

    article: str
    label: str | Promise
    text: str | Promise


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that the privacy page says."""

    holdings: Sequence[Told]
    purposes: Sequence[Purpose]
    outside: Sequence[OutsideService]
    rights: Sequence[Right]
    without_sign_in: Sequence[str | Promise]
    has_officer: bool
    has_authority: bool
    has_addition: bool


RIGHTS = (
    Right("15", _("To know"), _("You may ask what is kept about you. “My data” shows it and makes you a copy.")),
    Right("16", _("To have it corrected"), _("You change your name, address and texts yourself, or ask us to.")),
    Right("17", _("To have it erased"), _("“My data” erases your sign-in at once. Public entries stay without you.")),
    Right(
        "18", _("To have its use limited"), _("You may ask us to leave your data unused while something is cleared up.")
    ),
    Right("20", _("To take it along"), _("The copy of your data can be read by other programs.")),
    Right("21", _("To object"), _("You may object to what is kept in the public interest, for a reason of your own.")),
    Right("22", _("Not to be decided about by a machine"), _("No machine decides about you here: people do.")),
)


def privacy_notice() -> Notice:
    """The page as it is true at this moment. Two queries at most."""
    swept = sweeps()
    texts = this_node().texts
    return Notice(
        holdings=[Told(one, period_words(days_kept(one)), swept.get(one.name)) for one in holdings()],
        purposes=purposes(),
        outside=outside_services(),
        rights=RIGHTS,
        without_sign_in=[s.label for s in switches() if s.group == "visitors" and is_on(s.name)],
        has_officer=bool(texts.get("privacy_officer")),
        has_authority=bool(texts.get("privacy_authority")),
        has_addition=bool(texts.get("privacy")),
    )

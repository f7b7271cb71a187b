"""The texts that a city writes itself: what there is, and where each one stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class CityText:
    """`path`: where it is read. `is_page`: it has a page of its own, which is there once it is written."""

    name: str
    label: str | Promise
    hint: str | Promise
    path: str
    is_page: bool = False


TEXTS = (
    CityText(
        "imprint",
        _("Imprint"),
        _("Who runs this site: name, address, who represents the city, telephone, e-mail. Many countries ask for it."),
        "/about/imprint",
        is_page=True,
    ),
    CityText(
        "terms",
        _("Terms of use"),
        _("What people agree to when they make a sign-in."),
        "/about/terms",
        is_page=True,
    ),
    CityText(
        "house-rules",
        _("House rules"),
        _("How people treat each other here, and what is taken down. Moderators refer to it."),
        "/about/house-rules",
        is_page=True,
    ),
    CityText(
        "privacy",
        _("Addition to the privacy page"),
        _("The page itself is made from the settings. Here stands what only the city can say."),
        "/about/privacy",
    ),
    CityText(
        "privacy_officer",
        _("Data protection officer"),
        _("Name or office, e-mail, telephone."),
        "/about/privacy",
    ),
    CityText(
        "privacy_authority",
        _("Authority for data protection"),
        _("Where people can complain: name, address, web page."),
        "/about/privacy",
    ),
    CityText(
        "accessibility",
        _("Addition to the statement on accessibility"),
        _("Whom to tell about barriers, and which body settles disputes. The law asks public bodies for it."),
        "/about/accessibility",
    ),
)  # fmt: skip


def city_text_named(name: str) -> CityText | None:
    """One text, or None."""
    return next((text for text in TEXTS if text.name == name), None)

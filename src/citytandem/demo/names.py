"""What a demo can be called. Does not need a database."""

from __future__ import annotations

from django.utils.translation import gettext as _

from citytandem.core.errors import Invalid
from citytandem.demo.reading import demo

DEFAULT_CITY = "krefeld"
# The programme as a whole is shown from the city that the sources tell most about.
ALIASES = {"programme": DEFAULT_CITY}


def demo_names() -> list[str]:
    """What a demo can be called: the short names of the cities, and `programme`."""
    return [*demo().cities, *ALIASES]


def home_of(name: str) -> str:
    """The home city of a demo; raises Invalid with the names there are."""
    slug = ALIASES.get(name, name)
    if slug not in demo().cities:
        raise Invalid(
            "demo.unknown",
            _("There is no demo “%(name)s”. Choose one of: %(names)s.")
            % {"name": name, "names": ", ".join(demo_names())},
            field="demo",
        )
    return slug

"""What a demo can be called. Does not need a database."""

from __future__ import annotations

from django.utils.translation import gettext as _

from citytandem.core.errors import Invalid
from citytandem.demo.reading import demo

DEFAULT_CITY = "krefeld"
# The programme as a whole is shown from the city that the sources tell most about.
ALIASES = {"programme": DEFAULT_CITY}
# `sofia-own`: the node of a city with its own records alone, as each of two partner nodes has.
_OWN = "-own"
# Two nodes that are partners: only `citytandem run` can be that, which starts both.
TANDEM = "tandem"
TANDEM_CITIES = ("krefeld", "sofia")


def demo_names() -> list[str]:
    """What a demo can be called: the short names of the cities, and `programme`."""
    return [*demo().cities, *ALIASES]


def own_name(city: str) -> str:
    """The demo of a city with its own records alone."""
    return f"{city}{_OWN}"


def has_own_records_alone(name: str) -> bool:
    """Whether a demo leaves out what other cities have written."""
    return name.endswith(_OWN)


def is_demo_name(name: str) -> bool:
    """Whether a node can be loaded with a demo of this name."""
    return name.removesuffix(_OWN) in (demo().cities if name.endswith(_OWN) else demo_names())


def home_of(name: str) -> str:
    """The home city of a demo; raises Invalid with the names there are."""
    slug = ALIASES.get(name, name).removesuffix(_OWN)
    if slug not in demo().cities:
        raise Invalid(
            "demo.unknown",
            _("There is no demo “%(name)s”. Choose one of: %(names)s.")
            % {"name": name, "names": ", ".join(demo_names())},
            field="demo",
        )
    return slug

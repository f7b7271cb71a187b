"""Read and write which city this node belongs to; read once per process and minute, so that no page pays for it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Invalid
from citytandem.core.models import LONGEST_NAME, Node
from citytandem.core.text import clean_line

_KEY = "core.node"


@dataclass(frozen=True, slots=True)
class NodeIdentity:
    """The city that runs this node."""

    name: str
    home_city: UUID | None
    home_slug: str
    language: str
    demo: str


def this_node() -> NodeIdentity:
    """Identity of this node; before it is set up, a neutral one."""
    identity = cache.get(_KEY)
    if identity is None:
        row = Node.objects.filter(id=1).first()
        identity = (
            NodeIdentity(row.name, row.home_city, row.home_slug, row.language, row.demo)
            if row
            else NodeIdentity("citytandem", None, "", settings.LANGUAGE_CODE, "")
        )
        cache.set(_KEY, identity, 60)
    return identity


def is_demo_node() -> bool:
    """Whether sign-ins with known passwords may be used; asked of the database, for a minute's memory would be too long."""
    return Node.objects.filter(id=1).exclude(demo="").exists()


def node_set(*, name: str, home_city: UUID | None, home_slug: str, language: str, demo: str = "") -> None:
    """Make this the node of a city; raises Invalid for a name that is empty or too long."""
    name = clean_line(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        message = _("A name has at least one character, and at most %(max_length)s.") % {"max_length": LONGEST_NAME}
        raise Invalid("node.name", message, field="name")
    values = {"name": name, "home_city": home_city, "home_slug": home_slug, "language": language, "demo": demo}
    Node.objects.update_or_create(id=1, defaults=values)
    cache.delete(_KEY)

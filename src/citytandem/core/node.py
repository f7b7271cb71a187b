"""Read and write which city this node belongs to; read once per process and minute, so that no page pays for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Invalid
from citytandem.core.languages import LANGUAGES
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
    languages: Sequence[str] = LANGUAGES
    hidden_themes: Sequence[str] = ()
    colour: str = ""
    logo_key: str = ""
    logo_alt: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_address: str = ""
    switches: Mapping[str, bool] = field(default_factory=dict)
    texts: Mapping[str, Any] = field(default_factory=dict)
    periods: Mapping[str, int] = field(default_factory=dict)
    blocked_words: str = ""
    blocked_hosts: str = ""


def this_node() -> NodeIdentity:
    """Identity of this node; before it is set up, a neutral one."""
    identity = cache.get(_KEY)
    if identity is None:
        row = Node.objects.filter(id=1).first()
        identity = (
            NodeIdentity(**{name: getattr(row, name) for name in NodeIdentity.__dataclass_fields__})
            if row
            else NodeIdentity("citytandem", None, "", settings.LANGUAGE_CODE, "")
        )
        cache.set(_KEY, identity, 60)
    return identity


def forget_node() -> None:
    """After a change: this process reads it anew at once, the others within a minute."""
    cache.delete(_KEY)


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

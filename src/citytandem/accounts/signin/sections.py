"""What stands on the page “My account”: other modules add a link there, in `apps.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise

from citytandem.accounts.actors import Actor


@dataclass(frozen=True, slots=True)
class Section:
    """A link with a title and a sentence, for those of whom `is_for` is true. `order` sorts; accounts has 10 to 60."""

    name: str
    title: str | Promise
    text: str | Promise
    path: str
    icon: str = "info"
    order: int = 100
    is_for: Callable[[Actor], bool] = field(default=lambda _actor: True)


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Make a section known; the last registration of a name counts."""
    _sections[section.name] = section


def sections(actor: Actor) -> list[Section]:
    """The sections for somebody, in their order."""
    wanted = (section for section in _sections.values() if section.is_for(actor))
    return sorted(wanted, key=lambda section: (section.order, section.name))

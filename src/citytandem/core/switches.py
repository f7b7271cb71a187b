"""What an administrator can switch on and off. Modules register their switches in `apps.py`."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from citytandem.core.node import this_node


@dataclass(frozen=True, slots=True)
class Switch:
    """A feature that can be on or off. `hint` says what happens; `group` orders the page of switches."""

    name: str
    label: str | Promise
    hint: str | Promise
    is_on: bool = True
    group: str = "participation"


_switches: dict[str, Switch] = {}


def register(switch: Switch) -> None:
    """Make a switch known; the last registration of a name counts."""
    _switches[switch.name] = switch


def switches() -> list[Switch]:
    """All switches, as registered."""
    return list(_switches.values())


def is_on(name: str) -> bool:
    """Whether a feature is on at this node; KeyError for a name that nobody registered."""
    return bool(this_node().switches.get(name, _switches[name].is_on))

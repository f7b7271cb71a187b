"""The self-assessment of a city: five dimensions with five levels each, and what a city on each level does. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LEVELS = range(5)

DIMENSIONS: Mapping[str, Promise] = {
    "strategy": _("Strategy and leadership"),
    "people": _("People and skills"),
    "data": _("Data"),
    "projects": _("Projects"),
    "participation": _("Participation of the people"),
}

# Each level says what somebody from outside could see, so that two cities on one level mean the same.
ANCHORS: Mapping[str, tuple[Promise, ...]] = {
    "strategy": (
        _("There is no plan for digital matters."),
        _("Single departments have plans of their own."),
        _("A strategy for the whole city is being written."),
        _("The council has adopted a strategy, with money for it."),
        _("The strategy is checked each year against figures, and changed."),
    ),
    "people": (
        _("Nobody is responsible for it."),
        _("One person does it beside other work."),
        _("There is a team with time of its own."),
        _("The team works with all departments, and people are trained regularly."),
        _("Departments run digital projects themselves; the team advises them."),
    ),
    "data": (
        _("Data lie in single offices, mostly as files."),
        _("It is known which data there are, and where."),
        _("Some data are shared between offices or published."),
        _("A platform brings the data together, with rules for their use."),
        _("Partners outside use the data daily, and decisions rest on them."),
    ),
    "projects": (
        _("There has been no project yet."),
        _("A first pilot is planned or runs."),
        _("Several pilots have ended, and what they showed is written down."),
        _("At least one solution is in regular use in the whole city."),
        _("Other cities have taken over a solution from us."),
    ),
    "participation": (
        _("People are informed afterwards."),
        _("People can report things and ask questions online."),
        _("People are asked before decisions, online and on site."),
        _("People work on solutions together with the administration."),
        _("People decide on part of the budget or the projects, in a regular procedure."),
    ),
}


def overall(maturity: Mapping[str, Any]) -> float | None:
    """The mean level of the dimensions that a city has assessed, from 0 to 4; None if it has assessed none."""
    levels = [
        entry["level"]
        for name, entry in maturity.items()
        if name in DIMENSIONS and isinstance(entry, Mapping) and entry.get("level") in LEVELS
    ]
    return sum(levels) / len(levels) if levels else None

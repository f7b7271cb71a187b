"""A plan between a form and the service: what is typed, and what is saved, as each other's shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citytandem.challenges.models import Pilot
from citytandem.challenges.services.pilots import FRAME_CONDITIONS, Plan
from citytandem.core.versions import read

_WORDS = ("hypothesis", "site", "legal_basis", "risks")


def plan_of(values: Mapping[str, Any]) -> Plan:
    """From a form's cleaned values."""
    return Plan(
        hypothesis=values["hypothesis"],
        starts_on=values["starts_on"],
        ends_on=values["ends_on"],
        site=values["site"],
        legal_basis=values["legal_basis"],
        risks=values["risks"],
        conditions={name: values[name] for name in FRAME_CONDITIONS},
        ai_class=values["ai_class"],
        hourly_rate=values["hourly_rate"],
    )


def values_of(pilot: Pilot) -> dict[str, Any]:
    """For a form: the texts in the language that the plan is in."""

    def text(value: Any) -> str:
        return read(value, reader=pilot.language, original=pilot.language).text

    return {
        **{name: text(getattr(pilot, name)) for name in _WORDS},
        **{name: text(pilot.conditions.get(name)) for name in FRAME_CONDITIONS},
        "starts_on": pilot.starts_on,
        "ends_on": pilot.ends_on,
        "ai_class": pilot.ai_class,
        "hourly_rate": pilot.hourly_rate,
        "version": pilot.version,
    }

"""The usual kinds of calls, as a challenge begins: form, openness, conditions, weights, how long each phase lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils.timezone import get_current_timezone, localdate
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext_lazy as _

from citytandem.core import clock
from citytandem.core.errors import Invalid

# Nobody is on duty when proposals close at midnight: noon of the last day.
CLOSING = time(12, 0)

# (name, what it is for, usual conditions): English msgids, the conditions worded in the language of the challenge.
WORDS: dict[str, tuple[str, str, str]] = {
    "sensor-pilot": (
        gettext_noop("Pilot with sensors"),
        gettext_noop("Measure something in the city and act on it: fill levels, air, water, traffic, energy."),
        gettext_noop(
            "Sensors and their data can be read over open interfaces.\nThe city gets all data that are measured, under a"
            " free licence.\nNo personal data are collected, or the proposal says which and on which legal ground.\nThe"
            " proposal says who looks after the devices and what happens to them after the pilot."
        ),
    ),
    "digital-service": (
        gettext_noop("Digital service for residents"),
        gettext_noop("An application, a form, a piece of information: something that people use themselves."),
        gettext_noop(
            "Everybody can use it, also with a screen reader and by keyboard (EN 301 549).\nThere is a way for people"
            " without a smartphone.\nPersonal data stay in the European Union and are as few as possible.\nSoftware made"
            " with public money is published under a free licence."
        ),
    ),
    "ideas": (
        gettext_noop("Competition of ideas"),
        gettext_noop("Everybody may propose something; an idea is enough, no offer is needed."),
        gettext_noop(
            "An idea on one page is enough.\nWhoever proposes something agrees that the city and others may take the idea"
            " up, with their name or without.\nA prize, if there is one, is given in public."
        ),
    ),
    "open-data": (
        gettext_noop("Open-data challenge"),
        gettext_noop("Make something of data that the city has published, or that it publishes for this."),
        gettext_noop(
            "It uses at least one data set of the city.\nThe result and its source code are published under a free"
            " licence.\nWhat is learned about the quality of the data is told to the city."
        ),
    ),
    "citizen-science": (
        gettext_noop("Citizen science"),
        gettext_noop("Residents observe, count or measure, or give their own data for a question of the city."),
        gettext_noop(
            "Taking part is voluntary and can be ended at any time; data given are deleted then.\nThose who take part see"
            " the results first.\nAn ethics board has looked at it before it starts.\nThe data that result are published"
            " without anything personal."
        ),
    ),
    "unsolicited": (
        gettext_noop("Unsolicited offers"),
        gettext_noop("A door that stays open: for solutions that nobody has asked for."),
        gettext_noop(
            "The proposal says which problem of the city it solves.\nHanding something in leads to no order: what the city"
            " buys it tenders as the law says.\nOffers are looked at together, four times a year."
        ),
    ),
    "place": (
        gettext_noop("A place in the city"),
        gettext_noop("A square, a street, a building: how it is to be used and shaped."),
        gettext_noop(
            "The place can be used without barriers.\nPlans in force and monument protection are kept.\nResidents of the"
            " neighbourhood are heard before anything is decided."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class UsualKind:
    """A kind of call. `days` by phase: questions and proposals from the first day on, the others after one another."""

    key: str
    form: str
    openness: str
    days: Mapping[str, int]
    weights: Mapping[str, Decimal]

    @property
    def name(self) -> str:
        """In the reader's language."""
        return gettext(WORDS[self.key][0])

    @property
    def about(self) -> str:
        """What it is for, in the reader's language."""
        return gettext(WORDS[self.key][1])

    def conditions(self, language: str) -> str:
        """The usual conditions, one on a line, in the language of the challenge."""
        with override(language):
            return gettext(WORDS[self.key][2])


@lru_cache(maxsize=1)
def usual_kinds() -> Sequence[UsualKind]:
    """All kinds, the most usual first."""
    rows: list[dict[str, Any]] = yaml.safe_load(
        files(__package__).joinpath("usual_kinds.yaml").read_text(encoding="utf-8")
    )
    return tuple(
        UsualKind(
            key=row["key"],
            form=row["form"],
            openness=row["openness"],
            days=row["days"],
            weights={name: Decimal(str(weight)) for name, weight in row["weights"].items()},
        )
        for row in rows
    )


def usual_kind(key: str) -> UsualKind:
    """A kind by its key. Raises Invalid for what is none."""
    found = next((kind for kind in usual_kinds() if kind.key == key), None)
    if found is None:
        raise Invalid("kind.unknown", _("This is not one of the choices."), field="kind")
    return found


def usual_dates(kind: UsualKind) -> dict[str, datetime | date | None]:
    """Until when each phase of a call of this kind usually lasts, if it is published soon."""
    today = localdate(clock.now())
    ends: list[date] = [today + timedelta(days=kind.days["proposals"])]
    for phase in ("assess", "decide", "pilot"):
        ends.append(ends[-1] + timedelta(days=kind.days[phase]))
    closes, assess, decide, pilot = ends
    return {
        "questions_until": _noon(today + timedelta(days=kind.days["questions"])),
        "closes_at": _noon(closes),
        "assess_until": assess,
        "decide_until": decide,
        "pilot_until": pilot if kind.days["pilot"] else None,
    }


def _noon(day: date) -> datetime:
    return datetime.combine(day, CLOSING, tzinfo=get_current_timezone())

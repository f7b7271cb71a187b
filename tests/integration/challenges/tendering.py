"""Pilots that have shown something, and tender packages, for tests of the hand-over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.challenges.models import Challenge, Indicator, Measurement, Pilot, PilotCost, Tender
from citytandem.challenges.services.findings import findings_refresh
from citytandem.challenges.services.tenders import tender_begin, tender_save
from citytandem.challenges.tender_said import package_of
from citytandem.core import clock
from citytandem.core.ids import short_code, uuid7
from citytandem.core.node import node_set
from citytandem.partnerships.models import City, Partnership
from tests.integration.challenges.making import a_proposal, unit

START = date(2026, 9, 1)


def krefeld() -> City:
    """The node of Krefeld, which has a partnership with Venlo."""
    own = City.objects.create(
        slug="krefeld", name="Krefeld", country="DE", languages=["de"], population=227_000, is_profiled=True
    )
    venlo = City.objects.create(
        slug="venlo", name="Venlo", country="NL", languages=["nl"], population=102_000, is_profiled=True
    )
    Partnership.objects.create(slug="krefeld-venlo", kind="tandem", members=[own.id, venlo.id])
    node_set(name="Stadt Krefeld", home_city=own.id, home_slug="krefeld", language="en")
    return own


def a_finished_pilot(challenge: Challenge, *, after: float = 2.0, **fields: Any) -> Pilot:
    """Bins that overflowed nine times a week before and `after` times with it; what it cost."""
    now, identifier = clock.now(), uuid7()
    told: dict[str, Any] = {
        "language": "en",
        "proposal": a_proposal(challenge, "pilot"),
        "starts_on": START,
        "ends_on": START + timedelta(days=60),
        "started_at": now - timedelta(days=80),
        "ended_at": now - timedelta(days=20),
        "ai_class": "none",
        "state": "finished",
        "state_since": now,
        "created_at": now,
        "changed_at": now,
    }
    pilot = Pilot.objects.create(id=identifier, code=short_code(identifier), challenge=challenge, **{**told, **fields})
    bins = Indicator.objects.create(
        pilot=pilot, name="Bins that overflow", unit="per week", direction="down", target=3, position=0
    )
    rides = Indicator.objects.create(
        pilot=pilot, name="Rounds saved", unit="%", direction="up", baseline=0, target=20, position=1
    )
    rows = [
        (bins, 9.0, False),
        (bins, 9.5, False),
        (bins, after - 0.01, True),
        (bins, after + 0.01, True),
        (rides, 12.5, True),
    ]
    Measurement.objects.bulk_create(
        Measurement(
            indicator=indicator,
            at=now - timedelta(days=number + (25 if is_after else 81)),
            value=value,
            is_after=is_after,
        )
        for number, (indicator, value, is_after) in enumerate(rows)
    )
    for kind, amount in (("devices", "8400.50"), ("service", "1200"), ("work", "0")):
        PilotCost.objects.create(pilot=pilot, kind=kind, amount=amount, hours=3, on=START)
    findings_refresh(pilot.id)
    pilot.refresh_from_db()
    return pilot


def a_package(challenge: Challenge, *, pilot: Pilot | None = None, language: str = "en", **fields: Any) -> Tender:
    """A package without faults, unless `fields` of the pure package bring some."""
    from dataclasses import replace

    begun = tender_begin(challenge.id, pilot_id=pilot.id if pilot else None, language=language, by=unit())
    package = replace(package_of(begun), **fields)
    return tender_save(
        begun.id, package, currency=begun.currency, version=begun.version, price_confirmed=True, by=unit()
    )


def browser(actor: Actor | None = None) -> Client:
    """A browser in which somebody is signed in, or nobody."""
    client = Client()
    if actor is not None:
        client.force_login(Person.objects.get(id=actor.id))
    return client

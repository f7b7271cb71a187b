"""A programme with an application and a grouping, for the table of who may do what."""

from __future__ import annotations

from citytandem.core import clock
from citytandem.partnerships.models import Application, City, CohortSolution, Programme


def programme_values(city: City) -> dict[str, str]:
    """What stands for each parameter of an address below a programme."""
    now = clock.now()
    written = {"created_at": now, "changed_at": now}
    programme = Programme.objects.create(slug="six-cities", state="call", **written)
    application = Application.objects.create(programme=programme, city=city, language="en", **written)
    CohortSolution.objects.create(programme=programme, number=1, created_at=now)
    return {"programme": programme.slug, "application_id": str(application.id), "number": "1"}

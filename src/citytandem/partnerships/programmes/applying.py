"""Cities apply to a programme; the coordination admits or declines them."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.permissions import require
from citytandem.partnerships.models import Application, ApplicationState, City, Programme, ProgrammeState

_OPEN = {ApplicationState.DRAFT, ApplicationState.WITHDRAWN}


@transaction.atomic
def application_write(
    *, programme_id: UUID, city_id: UUID, text: str, language: str, hand_in: bool, consents: bool, by: Actor
) -> Application:
    """Save a city's application, and with `hand_in` hand it in; a city has one, however often it is saved.

    Raises Forbidden, Conflict when it was handed in already or the programme takes none, Invalid without consent or words.
    """
    programme = Programme.objects.select_for_update().get(id=programme_id)
    city = City.objects.filter(id=city_id).first()
    if city is None:
        raise NotFound("city.unknown", _("There is no city of this name here."))
    require("partnerships.apply", by, city)
    if programme.state != ProgrammeState.CALL:
        raise Conflict("application.closed", _("The programme takes no applications now."))
    row = Application.objects.filter(programme=programme, city=city).first()
    if row is not None and row.state not in _OPEN:
        raise Conflict("application.twice", _("This city has applied already."))
    now = clock.now()
    row = row or Application(programme=programme, city=city, created_at=now, created_by_id=by.id)
    row.language, row.text = language, {language: {"text": text, "by": "human"}} if text else {}
    row.changed_at, row.state = now, ApplicationState.DRAFT
    row.consented_at = (row.consented_at or now) if consents else None
    if hand_in:
        if not consents:
            told = _("Without your consent the city cannot be matched.")
            raise Invalid("application.consent_missing", told, field="consents")
        if not text:
            raise Invalid("application.text_missing", _("Say why your city wants to take part."), field="text")
        row.state, row.handed_in_at = ApplicationState.HANDED_IN, now
        row.is_late = programme.applies_until is not None and now > programme.applies_until
    row.save()
    return row


@transaction.atomic
def application_withdraw(*, application_id: UUID, by: Actor) -> Application:
    """Take an application and the consent back; from then on the city is in no new matching. Twice changes nothing.

    Raises Forbidden, NotFound.
    """
    row = _application(application_id)
    require("partnerships.apply", by, row.city)
    if row.state != ApplicationState.WITHDRAWN:
        row.state, row.consented_at, row.changed_at = ApplicationState.WITHDRAWN, None, clock.now()
        row.save(update_fields=["state", "consented_at", "changed_at"])
    return row


@transaction.atomic
def application_decide(*, application_id: UUID, admit: bool, reason: str, by: Actor) -> Application:
    """Admit or decline, with a reason; it can be decided anew until the matching is published.

    Raises Forbidden, NotFound, Invalid without a reason, Conflict for a draft and what was withdrawn.
    """
    row = _application(application_id)
    require("partnerships.coordinate", by, row.programme)
    if row.state in _OPEN:
        raise Conflict("application.not_handed_in", _("This application is not handed in."))
    if not reason.strip():
        raise Invalid("application.reason_missing", _("Say why, so that the city can understand it."), field="reason")
    row.state = ApplicationState.ADMITTED if admit else ApplicationState.DECLINED
    row.reason, row.decided_at, row.decided_by_id = reason.strip(), clock.now(), by.id
    row.changed_at = clock.now()
    row.save()
    return row


def _application(application_id: UUID) -> Application:
    rows = Application.objects.select_for_update(of=("self",)).select_related("city", "programme")
    row = rows.filter(id=application_id).first()
    if row is None:
        raise NotFound("application.unknown", _("There is no such application."))
    return row

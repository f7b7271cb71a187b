"""Mails to those who register: left within the caller's transaction, so that what was rolled back is told to nobody."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from citytandem.core.versions import read
from citytandem.notifications.contract import mail_send
from citytandem.partnerships.models import EventPlan, Registration, RegistrationState

CONFIRM, REGISTERED, KNOWN = "event_confirm", "event_registered", "event_known"
WAITING, ADMITTED, CHANGED, CANCELLED = "event_waiting", "event_admitted", "event_changed", "event_cancelled"
LEFT = "event_left"


def tell(row: Registration, template: str) -> None:
    """Write to one who registered."""
    from citytandem.partnerships.convening.registering import token_of

    plan = row.plan
    with override(row.language):
        told = {
            "title": read(plan.title, reader=row.language, original=plan.language).text,
            "when": when(plan),
            "where": where(plan),
            "reason": read(plan.reason, reader=row.language, original=plan.language).text,
            # Who waits cannot join yet.
            "link": plan.link if row.online and template in (REGISTERED, ADMITTED, CHANGED) else "",
            "plan": str(plan.id) if row.state == RegistrationState.COMING and template != KNOWN else "",
        }
    if template == CHANGED and row.state != RegistrationState.COMING:
        told["link"] = ""
    mail_send(
        to=row.email,
        template=template,
        language=row.language,
        parameters=told,
        path=f"/registrations/{token_of(row.id)}",
    )


def tell_all(plan: EventPlan, template: str, *, online_alone: bool = False) -> None:
    """Write to all who come or wait; `online_alone`: to those who come online."""
    rows = plan.registrations.filter(state__in=(RegistrationState.COMING, RegistrationState.WAITING))
    if online_alone:
        rows = rows.filter(state=RegistrationState.COMING, online=True)
    for row in rows.order_by("id"):
        row.plan = plan
        tell(row, template)


def when(plan: EventPlan) -> str:
    """From when to when, on the clocks of the event, in the active language."""
    zone = ZoneInfo(plan.zone)
    start, end = plan.starts_at.astimezone(zone), plan.ends_at.astimezone(zone)
    times = {"day": date_format(start, "DATE_FORMAT"), "start": time_format(start.time(), "TIME_FORMAT"),
             "end": time_format(end.time(), "TIME_FORMAT"), "last": date_format(end, "DATE_FORMAT")}  # fmt: skip
    clocks = f"{plan.zone.rpartition('/')[2].replace('_', ' ')}"
    if start.date() == (end - timedelta(microseconds=1)).date():
        told = _("%(day)s, %(start)s to %(end)s") % times
    else:
        told = _("%(day)s, %(start)s to %(last)s, %(end)s") % times
    return _("%(times)s (time in %(zone)s)") % {"times": told, "zone": clocks}


def where(plan: EventPlan) -> str:
    """Place and venue; empty for what is online alone."""
    return ", ".join(part for part in (plan.venue, plan.place) if part)

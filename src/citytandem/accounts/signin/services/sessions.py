"""Which devices somebody is signed in on."""

from __future__ import annotations

from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.services.entries import entry_add
from citytandem.core import clock
from citytandem.core.errors import Forbidden

# "Last seen" need not be more exact than this, and so costs nothing at most requests.
SECONDS = 300
_LONGEST = 200


def session_seen(request: HttpRequest) -> None:
    """Note when, from where and by which browser a session was last used; every few minutes in each process."""
    key = request.session.session_key
    if key is None or not cache.add(f"signin.seen.{key}", 1, SECONDS):
        return
    facts = {
        "ip": get_adapter(request).get_client_ip(request),
        "user_agent": request.headers.get("User-Agent", "")[:_LONGEST].replace("\x00", ""),
        "last_seen_at": clock.now(),
        "user_id": request.user.pk,
    }
    if not UserSession.objects.filter(session_key=key).update(**facts):
        UserSession.objects.bulk_create([UserSession(session_key=key, **facts)], ignore_conflicts=True)


@transaction.atomic
def session_end(*, session_id: int, person_id: UUID, by: Actor) -> bool:
    """Sign a person out on one device; whether there was such a session. Raises Forbidden."""
    if by.id != person_id:
        raise Forbidden("permission.missing", _("You are not allowed to do this."))
    session = UserSession.objects.filter(id=session_id, user_id=person_id).first()
    if session is None:
        return False
    session.end()
    entry_add("session.ended", by=by, person=person_id)
    return True


@transaction.atomic
def sessions_end_others(*, person_id: UUID, keep: str | None, by: Actor) -> int:
    """Sign a person out everywhere but in the session `keep`; returns how many sessions ended. Raises Forbidden."""
    if by.id != person_id:
        raise Forbidden("permission.missing", _("You are not allowed to do this."))
    others = UserSession.objects.filter(user_id=person_id).exclude(session_key=keep or "")
    ended, _rows = Session.objects.filter(session_key__in=others.values("session_key")).delete()
    others.delete()
    entry_add("session.ended", by=by, person=person_id, facts={"others": ended})
    return ended

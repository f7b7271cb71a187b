"""Ending the sessions of a person, wherever they are signed in."""

from __future__ import annotations

from uuid import UUID

from django.apps import apps
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from citytandem.core import clock


def sessions_end(*, person_id: UUID) -> int:
    """Delete all sessions of a person, and what is known of their devices; returns how many sessions there were.

    A session does not tell whose it is before it is read, so all that are in force are read: this is done rarely.
    """
    wanted = str(person_id)
    mine = [
        session.session_key
        for session in Session.objects.filter(expire_date__gt=clock.now()).iterator()
        if session.get_decoded().get(SESSION_KEY) == wanted
    ]
    Session.objects.filter(session_key__in=mine).delete()
    if apps.is_installed("allauth.usersessions"):
        apps.get_model("usersessions", "UserSession").objects.filter(user_id=person_id).delete()
    return len(mine)

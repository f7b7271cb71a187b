"""How much is new for the reader, for the page head."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from citytandem.accounts.contract import actor_of
from citytandem.notifications.selectors import unread_count


def unread(request: HttpRequest) -> dict[str, Any]:
    """`unread`: a number up to 100, asked for only where a template does; one query."""
    return {"unread": SimpleLazyObject(lambda: unread_count(actor_of(request)))}

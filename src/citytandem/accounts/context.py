"""What every page needs to know of the person who reads it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from citytandem.accounts.contract import actor_of


def reader(request: HttpRequest) -> dict[str, Any]:
    """The actor behind the page; asked for only where a template does."""
    return {"actor": SimpleLazyObject(lambda: actor_of(request))}

"""Who may do what: predicates live in each module's `rules.py` and are asked for by name."""

from __future__ import annotations

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Forbidden


def allowed(permission: str, actor: Any, thing: Any = None) -> bool:
    """Whether `actor` has `permission` on `thing`; an unknown permission is a bug and raises KeyError."""
    if not rules.perm_exists(permission):
        raise KeyError(permission)
    return bool(rules.has_perm(permission, actor, thing))


def require(permission: str, actor: Any, thing: Any = None) -> None:
    """Raise Forbidden unless allowed."""
    if not allowed(permission, actor, thing):
        raise Forbidden("permission.missing", _("You are not allowed to do this."), permission=permission)

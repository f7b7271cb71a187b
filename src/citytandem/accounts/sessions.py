"""Sessions in the database; cookies that cannot be ours never reach it."""

from __future__ import annotations

import re

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

_KEY = re.compile(r"[0-9a-z]{8,64}")


class SessionStore(DatabaseStore):
    """Django's, except that a forged key (PostgreSQL refuses NUL) is no session instead of an error."""

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and _KEY.fullmatch(key) is not None

"""Is the node there? Answered in front of Django, for whoever asks from inside: supervisor, load balancer.

Such askers come by address and in plain HTTP; Django would refuse the host, or send them to https.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import DatabaseError, connection

PATH = "/health"


class HealthFirst:
    """Wraps a WSGI application: `GET /health` is 200 if the database answers, else 503."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return self.application(environ, start_response)
        status, body = ("200 OK", b'{"status": "ok"}') if _database_answers() else ("503 Service Unavailable", b"{}")
        headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("Content-Length", str(len(body))),
        ]
        start_response(status, headers)
        return [body]


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    finally:
        connection.close_if_unusable_or_obsolete()
    return True

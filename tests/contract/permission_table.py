"""Who may do what, found by asking: each address and method as each role. `docs/develop/permissions.md` shows the result."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from citytandem.api import api
from tests.contract.permission_world import ROLES, Scene

YES, SIGN_IN, NO, HIDDEN, FAILS = "yes", "sign in", "no", "hidden", "fails"
# Asked by programs, or only to be reached in the middle of a sign-in: the same for everybody.
LEFT_OUT = re.compile(r"^/(static/|health$|brand/|(\.well-known/)?did\.json$|federation/(log|heads|nudge|agreement)$)")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\{(\w+)\}")


@dataclass(frozen=True, order=True)
class Route:
    """An address as the table shows it, and a method."""

    path: str
    method: str

    @property
    def area(self) -> str:
        """The first part of the address, behind the API's own."""
        return self.path.removeprefix("/api/v1").split("/")[1]

    def fill(self, scene: Scene) -> str:
        """The address of a thing of the scene."""
        return _PARAMETER.sub(
            lambda found: scene.value(self.area, found.group(1) or found.group(2), path=self.path), self.path
        )


def routes() -> list[Route]:
    """All addresses of pages with the methods they answer to are found by asking; those of the API by its document."""
    pages = [Route(path, method) for path in sorted(set(_pages())) for method in ("GET", "POST")]
    document = json.loads(api.document())
    operations = [
        Route(path, method.upper())
        for path, item in document["paths"].items()
        for method in item
        if method in {"get", "post", "put", "patch", "delete"}
    ]
    return sorted([*pages, *operations])


def _pages(patterns: Any = None, before: str = "/") -> Iterator[str]:
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        told = str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _pages(entry.url_patterns, before + told)
        elif isinstance(entry, URLPattern):
            path = _plain(before + told)
            if not path.startswith("/api/") and not LEFT_OUT.match(path):
                yield path


def _plain(path: str) -> str:
    """A regular expression as an address, converters left out."""
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", path).replace("^", "").replace("$", "").replace("\\", "")
    return re.sub(r"<\w+:(\w+)>", r"<\1>", path)


def outcome(route: Route, role: str, scene: Scene, bodies: dict[str, Any]) -> str | None:
    """What a role gets; None where the address does not know the method. Nothing that happens stays."""
    client = Client(raise_request_exception=False)
    person = scene.people[role]
    if person is not None:
        client.force_login(person)
    sent = bodies.get(f"{route.method} {route.path}", {})
    sent = sent(scene) if callable(sent) else sent
    with transaction.atomic():
        answer = _ask(client, route, route.fill(scene), sent)
        transaction.set_rollback(True)
    return _meaning(answer)


def _ask(client: Client, route: Route, path: str, sent: Any) -> Any:
    if route.method == "GET":
        return client.get(path, sent)
    asked = {name.removeprefix("?"): value for name, value in sent.items() if name.startswith("?")}
    path += f"?{urlencode(asked)}" if asked else ""
    if not route.path.startswith("/api/"):
        return client.post(path, sent)
    if any(isinstance(value, UploadedFile) for value in sent.values()):
        return client.post(path, sent)
    headers = {"If-Match": '"1"'}
    if route.method == "DELETE":
        return client.delete(path, headers=headers)
    return client.generic(route.method, path, json.dumps(sent), content_type="application/json", headers=headers)


def _meaning(answer: Any) -> str | None:
    status = answer.status_code
    if status == 405:
        return None
    if status >= 500 and status != 503:
        return FAILS
    location = answer.headers.get("Location", "")
    if status == 401 or (status == 302 and re.match(r"/sign-in(\?|$)", location)):
        return SIGN_IN
    return {403: NO, 404: HIDDEN}.get(status, YES)


def table(scene: Scene, bodies: dict[str, Any]) -> dict[Route, dict[str, str]]:
    """What each role gets for each route."""
    found: dict[Route, dict[str, str]] = {}
    for route in routes():
        first = outcome(route, ROLES[0], scene, bodies)
        if first is not None:
            others = {role: outcome(route, role, scene, bodies) or "" for role in ROLES[1:]}
            found[route] = {ROLES[0]: first, **others}
    return found


def markdown(found: dict[Route, dict[str, str]]) -> list[str]:
    """The rows of the table."""
    return [
        f"| `{route.method}` | `{route.path}` | " + " | ".join(row[role] for role in ROLES) + " |"
        for route, row in sorted(found.items())
    ]

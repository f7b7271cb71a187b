"""Asking another service over HTTP, so that neither its address nor its answer can harm us.

The address is the operator's and nobody else's: nothing that a reader or a record says goes into it, and redirects are
not followed, so an answer cannot send us to a host inside the city's network. Answers are bounded in time and size.
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

import httpx

MOST_BYTES = 2_000_000
CONNECT_SECONDS = 5.0
_MOST_OF_AN_ERROR = 200


class OutboundFailed(Exception):
    """The other side cannot be reached, refuses, or does not answer as agreed. Names the host, never what was sent."""


def is_address(url: str) -> bool:
    """Whether `url` is an absolute web address without a name or password in it."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def post_json(
    url: str,
    body: Any,
    *,
    seconds: float,
    sign_in: tuple[str, str] | None = None,
    most_bytes: int = MOST_BYTES,
) -> Any:
    """Send JSON, and give the JSON that comes back.

    `seconds` bounds the whole exchange, `most_bytes` the answer; `sign_in` is name and password (RFC 7617). Raises
    OutboundFailed.
    """
    host = urlsplit(url).hostname or url
    deadline = time.monotonic() + seconds
    try:
        with httpx.stream(
            "POST",
            url,
            json=body,
            auth=httpx.BasicAuth(*sign_in) if sign_in else None,
            # Compressed answers could be a thousand times larger than what was counted.
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(seconds, connect=min(seconds, CONNECT_SECONDS)),
            follow_redirects=False,
        ) as answer:
            raw = _read(answer, host=host, most_bytes=most_bytes, deadline=deadline)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OutboundFailed(f"{host}: {type(error).__name__}") from error
    if not answer.is_success:
        raise OutboundFailed(f"{host}: {answer.status_code} {_error_of(raw)}".rstrip())
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise OutboundFailed(f"{host}: the answer is not JSON") from error


def _read(answer: httpx.Response, *, host: str, most_bytes: int, deadline: float) -> bytes:
    parts, size = [], 0
    for part in answer.iter_raw():
        size += len(part)
        if size > most_bytes:
            raise OutboundFailed(f"{host}: the answer is longer than {most_bytes} bytes")
        if time.monotonic() > deadline:
            raise OutboundFailed(f"{host}: the answer takes too long")
        parts.append(part)
    return b"".join(parts)


def _error_of(raw: bytes) -> str:
    """What the other side says of its refusal, if it says so in JSON; made short and printable, for the log."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    said = (told.get("error") or told.get("errorMessage") or "") if isinstance(told, dict) else ""
    return "".join(letter for letter in str(said)[:_MOST_OF_AN_ERROR] if letter.isprintable())

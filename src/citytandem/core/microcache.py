"""A few seconds of memory for anonymous pages, in front of Django: a WSGI wrapper.

Most public pages are read by people who are not signed in, and look the same for all of them. The wrapper answers
those from memory, compressed once, with an ETag. It never touches requests with a session or a form's token (whose
page holds that token), and never keeps answers that set a cookie, are private, or are not 200.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import brotli
from django.http import parse_cookie

from citytandem.core.languages import choose

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_REFUSED = re.compile(r"q\s*=\s*0(\.0*)?")
_PERSONAL_COOKIES = ("csrftoken", "messages")
# Long lists and map layers are made anew: a few hundred of them would fill the memory.
LARGEST = 262_144

_COMPRESSIBLE = ("text/", "application/json", "application/geo+json", "application/problem+json", "image/svg+xml")


@dataclass(frozen=True, slots=True)
class _Kept:
    expires: float
    etag: str
    headers: Headers
    bodies: dict[str, bytes]


class MicroCache:
    """Wraps a WSGI application. `seconds`: how old an answer may be. `entries`: how many are kept (oldest go first)."""

    def __init__(
        self,
        application: Application,
        *,
        seconds: float,
        entries: int = 500,
        session_cookie: str = "sessionid",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.application = application
        self.seconds = seconds
        self.entries = entries
        self.session_cookie = session_cookie
        self.clock = clock
        self._kept: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = self._key(environ)
        if key is None or self.seconds <= 0:
            return self.application(environ, start_response)
        kept = self._kept.get(key)
        if kept is not None and kept.expires > self.clock():
            return _answer(kept, environ, start_response)
        return self._fill(key, environ, start_response)

    def _key(self, environ: Environ) -> tuple[str, ...] | None:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ or "HTTP_RANGE" in environ:
            return None
        path = environ.get("PATH_INFO", "")
        if path.startswith("/static/"):
            return None
        query = environ.get("QUERY_STRING", "")
        cookies = environ.get("HTTP_COOKIE", "")
        chosen: str | None = None
        if cookies:
            # By the text, not by the parsed cookies: a parser that gives up on one malformed cookie would overlook ours.
            if any(name in cookies for name in (self.session_cookie, *_PERSONAL_COOKIES)):
                return None
            chosen = parse_cookie(cookies).get("lang")
        asked = parse_qs(query, keep_blank_values=True).get("lang", [None])[-1] if "lang=" in query else None
        language = choose(
            asked=asked,
            cookie=chosen,
            header=environ.get("HTTP_ACCEPT_LANGUAGE", ""),
        )
        host = environ.get("HTTP_HOST", "")
        return (
            environ.get("wsgi.url_scheme", "http"),
            host,
            path,
            query,
            # None of ours wished for: the city's language, whichever that is.
            language or "",
            "1" if environ.get("HTTP_HX_REQUEST") else "",
        )

    def _fill(self, key: tuple[str, ...], environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        seen: dict[str, Any] = {}

        def remember(status: str, headers: Headers, exc_info: Any = None) -> None:
            seen["status"], seen["headers"], seen["exc_info"] = status, headers, exc_info

        chunks = self.application(environ, remember)
        if "headers" in seen and _is_private(seen["headers"]):
            # Never kept, so never gathered either: a file of any length passes piece by piece.
            start_response(seen["status"], seen["headers"], *([seen["exc_info"]] if seen["exc_info"] else []))
            return chunks
        try:
            body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        kept = self._keep(key, seen["status"], seen["headers"], body)
        if kept is not None:
            return _answer(kept, environ, start_response)
        start_response(seen["status"], seen["headers"], *([seen["exc_info"]] if seen["exc_info"] else []))
        return [body]

    def _keep(self, key: tuple[str, ...], status: str, headers: Headers, body: bytes) -> _Kept | None:
        named = {name.lower(): value for name, value in headers}
        control = named.get("cache-control", "")
        private = _is_private(headers)
        if len(body) > LARGEST:
            return None
        if not status.startswith("200") or "set-cookie" in named or private or "content-encoding" in named:
            return None
        etag = f'W/"{hashlib.sha256(body).hexdigest()[:24]}"'
        kind = named.get("content-type", "")
        bodies = {"": body}
        if kind.startswith(_COMPRESSIBLE) and len(body) > 500:
            bodies["br"] = brotli.compress(body, quality=5)
            bodies["gzip"] = gzip.compress(body, compresslevel=6, mtime=0)
        dropped = {"content-length", "etag", "cache-control", "vary"}
        vary = ", ".join(filter(None, (named.get("vary"), "Accept-Encoding")))
        headers = [(name, value) for name, value in headers if name.lower() not in dropped]
        headers += [("ETag", etag), ("Cache-Control", control or "no-cache"), ("Vary", vary)]
        kept = _Kept(self.clock() + self.seconds, etag, headers, bodies)
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while len(self._kept) > self.entries:
                self._kept.popitem(last=False)
        return kept

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


def _answer(kept: _Kept, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    if kept.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        start_response("304 Not Modified", [h for h in kept.headers if not h[0].lower().startswith("content-")])
        return []
    accepted = _accepted(environ.get("HTTP_ACCEPT_ENCODING", ""))
    encoding = next((name for name in ("br", "gzip") if name in accepted and name in kept.bodies), "")
    body = kept.bodies[encoding]
    headers = [*kept.headers, ("Content-Length", str(len(body)))]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    start_response("200 OK", headers)
    return [body]


def _is_private(headers: Headers) -> bool:
    """Whether no cache may give this answer to anybody else."""
    control = ",".join(value for name, value in headers if name.lower() == "cache-control").lower()
    return any(word in control for word in ("private", "no-store", "no-cache"))


def _accepted(header: str) -> set[str]:
    """Encodings of an Accept-Encoding header (RFC 9110, 12.5.3) that are not refused by `q=0`."""
    parts = (part.partition(";") for part in header.lower().split(","))
    return {name.strip() for name, _, quality in parts if not _REFUSED.fullmatch(quality.strip())}

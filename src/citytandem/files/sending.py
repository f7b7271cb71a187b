"""A file as the answer to a request."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response

from citytandem.files.serving import Served

_SEALED = "default-src 'none'; sandbox"
_PUBLIC_SECONDS = 300


def sent(request: HttpRequest, told: Served) -> HttpResponseBase:
    """What is in it can neither run nor load anything (CSP sandbox, no sniffing)."""
    response = get_conditional_response(request, etag=told.etag) or FileResponse(
        told.open(), content_type=told.media_type, as_attachment=not told.is_inline, filename=told.name
    )
    if told.media_type.startswith("text/") and response.status_code == 200:
        response["Content-Type"] = f"{told.media_type}; charset=utf-8"
    response["ETag"] = told.etag
    response["Cache-Control"] = f"public, max-age={_PUBLIC_SECONDS}" if told.is_public else "private, no-cache"
    response["Content-Security-Policy"] = _SEALED
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response

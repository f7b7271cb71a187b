"""What the OpenAPI document says of every operation alike: errors, languages, ETags. Written once, here."""

from __future__ import annotations

from http.client import responses
from typing import Any

from citytandem.core.api_errors import MEDIA_TYPE
from citytandem.core.languages import LANGUAGES

# In `openapi_extra`: the format of the answer where it is not plain JSON.
MEDIA_TYPE_KEY = "x-media-type"
_PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}
_SCHEMA: dict[str, Any] = {
    "title": "ProblemDetails",
    "description": "An error as in RFC 9457. `code` is stable, `title` is in the reader's language.",
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string"},
        "instance": {"type": "string"},
        "current_version": {"type": "integer", "minimum": 1},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "line": {"type": "integer", "minimum": 1},
                },
            },
        },
    },
}
_IN = {
    "in": "query",
    "name": "in",
    "required": False,
    "description": "Language of reasons and messages. Without it: the browser's (Accept-Language).",
    "schema": {"type": "string", "enum": list(LANGUAGES)},
}
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "ETags that you have; if one is current, the answer is 304 without a body.",
    "schema": {"type": "string"},
}
_ETAG = {"ETag": {"description": "Names this version of the answer.", "schema": {"type": "string"}}}
_TOKEN = {"type": "apiKey", "in": "header", "name": "X-CSRFToken"}


def problems(*statuses: int, **extra: Any) -> dict[str, Any]:
    """For `openapi_extra` of an operation: errors beyond those that all operations of its kind have."""
    return {**extra, "responses": {status: _error(status) for status in statuses}}


def document(schema: dict[str, Any]) -> dict[str, Any]:
    """Complete what django-ninja wrote: HEAD left out, every error, languages and ETags added."""
    schema["components"]["schemas"]["ProblemDetails"] = _SCHEMA
    schema["components"].setdefault("securitySchemes", {})["CsrfToken"] = _TOKEN
    for path, methods in schema["paths"].items():
        methods.pop("head", None)
        for method, operation in methods.items():
            _complete(operation, method=method, has_key="{" in path)
    return dict(schema)


def _complete(operation: dict[str, Any], *, method: str, has_key: bool) -> None:
    statuses = [422, 500]
    if has_key:
        statuses.append(404)
    if "requestBody" in operation:
        statuses += [400, 413, 415]
    if "security" in operation:
        statuses += [401, 403]
        operation["security"] = [{**rule, "CsrfToken": []} for rule in operation["security"]]
    for parameter in operation["parameters"]:
        parameter["required"] = parameter["required"] or parameter["name"] == "If-Match"
    operation["parameters"] = [*operation["parameters"], _IN]
    answers = operation["responses"]
    media_type = operation.pop(MEDIA_TYPE_KEY, None)
    if media_type:
        answers[200]["content"] = {media_type: next(iter(answers[200]["content"].values()))}
    if method == "get":
        operation["parameters"].append(_IF_NONE_MATCH)
        answers[200] = {**answers[200], "headers": _ETAG}
        answers[304] = {"description": responses[304], "headers": _ETAG}
    for status in statuses:
        answers.setdefault(status, _error(status))
    operation["responses"] = {str(status): answers[status] for status in sorted(answers)}


def _error(status: int) -> dict[str, Any]:
    return {"description": responses[status], "content": {MEDIA_TYPE: {"schema": _PROBLEM}}}

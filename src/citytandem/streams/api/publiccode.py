"""A publiccode.yml in a request: as it is, or as text in JSON."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from citytandem.core.api import JSON
from citytandem.core.api_errors import malformed
from citytandem.core.errors import Invalid
from citytandem.streams.schemas.writing import PublicCodeIn

_TEXT = {"schema": {"type": "string", "minLength": 1}}
YAML_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON: {"schema": PublicCodeIn.model_json_schema()},
        "application/yaml": _TEXT,
        "text/yaml": _TEXT,
    },
}


def yaml_of(request: HttpRequest) -> str:
    """The text of the file; raises Malformed where it cannot be read, Invalid where the JSON around it does not fit."""
    if request.content_type != JSON:
        try:
            return request.body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise malformed() from error
    try:
        data = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise malformed() from error
    try:
        return PublicCodeIn.model_validate(data).yaml
    except ValidationError as error:
        message = _("Send the text of the file under “yaml”, with at most 200 KB.")
        raise Invalid("request.invalid", message, field="yaml") from error

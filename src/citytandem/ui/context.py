"""What every page needs around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.node import this_node


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """City name, languages with the address of this page in each."""
    parameters = request.GET.copy()
    languages = []
    for code in this_node().languages:
        name = NATIVE_NAMES[code]
        parameters["lang"] = code
        languages.append({"code": code, "name": name, "url": f"{request.path}?{parameters.urlencode()}"})
    return {
        "node": this_node(),
        "languages": languages,
        "language": getattr(request, "LANGUAGE_CODE", "en"),
        "language_name": NATIVE_NAMES.get(getattr(request, "LANGUAGE_CODE", "en"), ""),
    }

"""A form that was refused comes back with everything in it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citytandem.core.errors import DomainError, Forbidden, retry_headers
from citytandem.ui.forms import PlainForm


def again(
    request: HttpRequest, template: str, context: dict[str, Any], *, form: PlainForm, error: DomainError
) -> HttpResponse:
    """The form with what is wrong; who may not do it at all gets told so on a page of its own."""
    if isinstance(error, Forbidden):
        raise error
    form.refuse(error)
    response = render(request, template, context, status=error.status)
    for name, value in retry_headers(error).items():
        response[name] = value
    return response

"""Who may see the pages of the administration, and how its forms are answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citytandem.accounts.administration.selectors import node_version
from citytandem.accounts.contract import may
from citytandem.core.errors import Conflict, DomainError

METHODS = ["GET", "HEAD", "POST"]


administrators_only = may("accounts.administer")


def form_page(
    request: HttpRequest,
    form: Any,
    save: Callable[[Any], Any],
    *,
    template: str,
    context: Mapping[str, Any] | None = None,
    thanks: str = "",
    target: str = "",
) -> HttpResponse:
    """Show a form; on POST save and come back, or show it again with everything in it and what is wrong (422, 409)."""
    shown = {**(context or {}), "form": form}
    if request.method != "POST":
        return render(request, template, shown)
    if not form.is_valid():
        return render(request, template, shown, status=422)
    try:
        save(form.cleaned_data)
    except DomainError as error:
        form.refuse(error)
        if isinstance(error, Conflict) and "version" in form.fields:
            # Who has compared may save again.
            form.data = form.data.copy()
            form.data["version"] = str(error.details.get("current_version", node_version()))
        return render(request, template, {**shown, "error": error}, status=error.status)
    messages.success(request, thanks or _("Your changes are saved. All pages follow within a minute."))
    return redirect(target or request.path)

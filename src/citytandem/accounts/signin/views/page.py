"""What all pages of signing in have in common."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from citytandem.accounts.signin.adapters import is_own_path
from citytandem.core.errors import Forbidden, TooMany


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters(), name="dispatch")
class Page:
    """Stands before one of allauth's views: nobody keeps the page, and what is refused comes back with a status."""

    request: HttpRequest
    http_method_names = ["get", "post", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """See View."""
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc] # of the view beside
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """422 and all that was typed; 429 for whoever has to wait."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc] # of the view beside this one
        if isinstance(response, HttpResponseRedirect):
            return response
        return refused(response, getattr(form, "too_many", None))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Where to go on to, if that is one of our pages."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc] # of the view beside this one
        context["next"] = own_target(self.request)
        return context


class OwnPage(Page):
    """A page on which people change how they sign in."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Not the people of a demo: everybody signs in as them."""
        refuse_demo(request)
        return super().dispatch(request, *args, **kwargs)


def refused(response: HttpResponse, too_many: TooMany | None = None) -> HttpResponse:
    """The page again, with the status of a refusal."""
    response.status_code = 429 if too_many else 422
    if too_many:
        response["Retry-After"] = str(too_many.details["retry_after"])
    return response


def refuse_demo(request: HttpRequest) -> None:
    """Raise Forbidden for the shared sign-ins of a demo."""
    if getattr(request.user, "is_demo", False):
        raise Forbidden(
            "sign_in.shared",
            _("Many people use this sign-in of the demo. So nobody can change how to sign in with it."),
        )


def own_target(request: HttpRequest) -> str:
    """The page to go on to, as asked for; empty where it is none of ours."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    return wish if is_own_path(wish) else ""


def show(request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
    """A page that nobody keeps."""
    response = TemplateResponse(request, template, {"next": own_target(request), **context})
    response["Cache-Control"] = "no-store, private"
    return response

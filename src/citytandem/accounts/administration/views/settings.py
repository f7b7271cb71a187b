"""Settings of the node: one page for each part, each with a form."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citytandem.accounts.administration import forms
from citytandem.accounts.administration.brand import shades
from citytandem.accounts.administration.contrast import LEAST, WHITE, contrast, is_colour, nearest_passing, told
from citytandem.accounts.administration.logo import logo_from, logo_key
from citytandem.accounts.administration.selectors import node_version
from citytandem.accounts.administration.services.node import logo_set, node_change
from citytandem.accounts.administration.views.guard import METHODS, administrators_only, form_page
from citytandem.accounts.contract import actor_of
from citytandem.accounts.privacy.selectors import all_holdings, sweeps
from citytandem.core.errors import Invalid
from citytandem.core.node import this_node
from citytandem.core.switches import is_on, switches
from citytandem.core.themes import leaf_themes

FOLDER = "accounts/administration"


def _answer(
    request: HttpRequest, form: Any, changes: Any, *, template: str, context: dict[str, Any] | None = None
) -> HttpResponse:
    """A page whose form changes some fields of the node; `changes` makes them of the cleaned values."""
    actor = actor_of(request)

    def save(values: dict[str, Any]) -> None:
        node_change(version=values["version"], changes=changes(values), by=actor)

    return form_page(request, form, save, template=f"{FOLDER}/{template}.html", context=context)


def _version() -> dict[str, int]:
    return {"version": node_version()}


@administrators_only
@require_http_methods(METHODS)
def city(request: HttpRequest) -> HttpResponse:
    """Name, language and contact."""
    fields = ("name", "language", "contact_name", "contact_email", "contact_address")
    initial = {name: getattr(this_node(), name) for name in fields} | _version()
    form = forms.CityForm(request.POST or None, initial=initial)
    return _answer(request, form, lambda values: {name: values[name] for name in fields}, template="city")


@administrators_only
@require_http_methods(METHODS)
def looks(request: HttpRequest) -> HttpResponse:
    """Colour and logo."""
    node = this_node()
    form = forms.LooksForm(request.POST or None, initial={"colour": node.colour} | _version())
    context = {
        "colour_form": form,
        "logo_form": forms.LogoForm(initial={"alt": node.logo_alt} | _version(), auto_id="logo_%s"),
        "shown": _shown(_tried(request)) or _shown(node.colour),
    }
    return _answer(request, form, lambda values: {"colour": values["colour"]}, template="looks", context=context)


@administrators_only
@require_POST
def logo(request: HttpRequest) -> HttpResponse:
    """Put up a logo, or take it down."""
    node, actor = this_node(), actor_of(request)
    form = forms.LogoForm(request.POST, request.FILES, initial={"alt": node.logo_alt} | _version(), auto_id="logo_%s")

    def save(values: dict[str, Any]) -> None:
        if request.POST.get("remove"):
            logo_set(version=values["version"], content=None, key="", alt="", by=actor)
            return
        if not values["logo"]:
            raise Invalid("logo.missing", _("Choose a picture first."), field="logo")
        content = logo_from(values["logo"])
        logo_set(version=values["version"], content=content, key=logo_key(content), alt=values["alt"], by=actor)

    context = {
        "colour_form": forms.LooksForm(initial={"colour": node.colour} | _version()),
        "logo_form": form,
        "shown": _shown(node.colour),
    }
    return form_page(
        request, form, save, template=f"{FOLDER}/looks.html", target="/administration/looks", context=context
    )


def _tried(request: HttpRequest) -> str:
    """The colour that was just refused, if it is one."""
    return request.POST.get("colour", "").strip().lower() if request.method == "POST" else ""


def _shown(colour: str) -> dict[str, Any] | None:
    """A colour with its contrast, and the shades that the pages use."""
    if not is_colour(colour):
        return None
    ratio = contrast(colour, WHITE)
    return {
        "colour": colour,
        "ratio": told(ratio),
        "passes": ratio >= LEAST,
        "nearest": nearest_passing(colour, (WHITE,)),
        "shades": shades(colour),
    }


@administrators_only
@require_http_methods(METHODS)
def languages(request: HttpRequest) -> HttpResponse:
    """Which of the nine are offered."""
    form = forms.LanguagesForm(request.POST or None, initial={"languages": list(this_node().languages)} | _version())
    return _answer(request, form, lambda values: {"languages": values["languages"]}, template="languages")


@administrators_only
@require_http_methods(METHODS)
def themes(request: HttpRequest) -> HttpResponse:
    """Which themes are offered in forms."""
    leaves = [theme.id for theme in leaf_themes()]
    hidden = set(this_node().hidden_themes)
    initial = {"themes": [theme for theme in leaves if theme not in hidden]} | _version()
    form = forms.ThemesForm(request.POST or None, initial=initial)
    return _answer(
        request,
        form,
        lambda values: {"hidden_themes": [theme for theme in leaves if theme not in values["themes"]]},
        template="themes",
    )


@administrators_only
@require_http_methods(METHODS)
def switched(request: HttpRequest) -> HttpResponse:
    """What is on and off."""
    known = [switch.name for switch in switches()]
    form = forms.SwitchesForm(request.POST or None, initial={name: is_on(name) for name in known} | _version())
    return _answer(
        request, form, lambda values: {"switches": {name: values[name] for name in known}}, template="switches"
    )


@administrators_only
@require_http_methods(METHODS)
def periods(request: HttpRequest) -> HttpResponse:
    """How long each kind of data is kept."""
    own = this_node().periods
    initial = {one.name: own.get(one.name, one.days) for one in all_holdings() if one.days is not None} | _version()
    form = forms.PeriodsForm(request.POST or None, initial=initial)
    swept = sweeps()
    fields = [
        {"field": form[one.name], "kept": one.kept, "swept": swept.get(one.name)}
        for one in all_holdings()
        if one.days is not None
    ]
    context = {"fields": fields, "lasting": [one for one in all_holdings() if one.days is None]}
    return _answer(request, form, lambda _values: {"periods": form.chosen()}, template="periods", context=context)


@administrators_only
@require_http_methods(METHODS)
def filters(request: HttpRequest) -> HttpResponse:
    """Words and sites that make a text wait."""
    node = this_node()
    initial = {"blocked_words": node.blocked_words, "blocked_hosts": node.blocked_hosts} | _version()
    form = forms.FiltersForm(request.POST or None, initial=initial)
    names = ("blocked_words", "blocked_hosts")
    return _answer(request, form, lambda values: {name: values[name] for name in names}, template="filters")

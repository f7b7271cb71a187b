"""Texts that the city writes itself, and the wording of its letters: one language at a time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.administration import forms
from citytandem.accounts.administration.selectors import node_version, texts_written
from citytandem.accounts.administration.services.node import mail_set, text_set
from citytandem.accounts.administration.texts import TEXTS, city_text_named
from citytandem.accounts.administration.views.guard import METHODS, administrators_only, form_page
from citytandem.accounts.contract import actor_of
from citytandem.core import letters
from citytandem.core.errors import DomainError, NotFound
from citytandem.core.languages import NATIVE_NAMES
from citytandem.core.node import this_node
from citytandem.ui.prose import blocks

FOLDER = "accounts/administration"


@administrators_only
@require_safe
def texts(request: HttpRequest) -> HttpResponse:
    """All texts, and in which languages they are there."""
    written = texts_written()
    rows = [{"text": text, "languages": written[text.name]} for text in TEXTS]
    return render(request, f"{FOLDER}/texts.html", {"rows": rows, "offered": list(this_node().languages)})


@administrators_only
@require_http_methods(METHODS)
def text(request: HttpRequest, name: str) -> HttpResponse:
    """Write one text in one language."""
    found = city_text_named(name)
    if found is None:
        raise _unknown()
    language, actor = _language(request), actor_of(request)
    versions = this_node().texts.get(name, {})
    initial = {"text": versions.get(language, {}).get("text", ""), "version": node_version()}
    form = forms.TextForm(request.POST or None, initial=initial)
    typed = form["text"].value() or ""
    context = {
        "text": found,
        "tabs": _tabs(set(versions)),
        "writing": language,
        "parts": blocks(typed),
    }

    def save(values: dict[str, Any]) -> None:
        text_set(version=values["version"], name=name, language=language, text=values["text"], by=actor)

    if request.POST.get("preview"):
        form.is_valid()
        return render(request, f"{FOLDER}/text.html", {**context, "form": form, "is_preview": True})
    return form_page(
        request, form, save, template=f"{FOLDER}/text.html", context=context, target=request.get_full_path()
    )


@administrators_only
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """All letters, with those that the city words itself."""
    kept = this_node().texts
    rows = [
        {"template": one, "own": list(kept.get(letters.PREFIX + one.name, {}))}
        for one in letters.post().templates(this_node().language)
    ]
    return render(request, f"{FOLDER}/mails.html", {"rows": rows})


@administrators_only
@require_http_methods(METHODS)
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Word one letter in one language: see how it arrives, save, or go back to what came with the software."""
    language, actor = _language(request), actor_of(request)
    found = next((one for one in letters.post().templates(language) if one.name == name), None)
    if found is None:
        raise _unknown()
    initial = {"subject": found.subject, "body": found.body, "version": node_version()}
    form = forms.MailForm(request.POST or None, initial=initial)
    own = this_node().texts.get(letters.PREFIX + name, {})
    context: dict[str, Any] = {
        "template": found, "tabs": _tabs(set(own)), "writing": language, "is_own": language in own,
        "shown": letters.post().preview(name, language=language),
    }  # fmt: skip

    def save(values: dict[str, Any]) -> None:
        empty = bool(request.POST.get("restore"))
        subject, body = ("", "") if empty else (values["subject"], values["body"])
        mail_set(version=values["version"], name=name, language=language, subject=subject, body=body, by=actor)

    if request.POST.get("preview") and form.is_valid():
        return _previewed(request, form, name, context)
    return form_page(
        request, form, save, template=f"{FOLDER}/mail.html", context=context, target=request.get_full_path()
    )


def _previewed(request: HttpRequest, form: Any, name: str, context: dict[str, Any]) -> HttpResponse:
    """How the typed wording would arrive; nothing is saved."""
    values = form.cleaned_data
    try:
        subject, body = (letters.post().check(name, values[field], field=field) for field in ("subject", "body"))
    except DomainError as error:
        form.refuse(error)
        return render(request, f"{FOLDER}/mail.html", {**context, "form": form}, status=error.status)
    shown = letters.post().preview(name, language=context["writing"], subject=subject, body=body)
    return render(request, f"{FOLDER}/mail.html", {**context, "form": form, "shown": shown, "is_preview": True})


def _language(request: HttpRequest) -> str:
    """The language that is written in: one that the city offers."""
    wish = request.GET.get("in", "")
    return wish if wish in this_node().languages else this_node().language


def _tabs(written: set[str]) -> list[dict[str, Any]]:
    """The languages that the city offers, its own first, and where something is written."""
    own = this_node().language
    codes = [own, *(code for code in this_node().languages if code != own)]
    return [{"code": code, "name": NATIVE_NAMES[code], "is_written": code in written} for code in codes]


def _unknown() -> NotFound:
    return NotFound("text.unknown", _("There is no such text."))

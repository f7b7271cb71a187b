"""Which services outside the node it is set up to use: what leaves the node, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class OutsideService:
    """A service that the operator has configured. `host` is where it is asked; `what` is what it gets to see."""

    name: str
    label: str | Promise
    host: str
    what: str | Promise


def outside_services() -> list[OutsideService]:
    """All that is configured; a fresh node uses none."""
    return list(_configured())


def mail_is_set_up() -> bool:
    """Whether letters leave the node at all."""
    return bool(settings.EMAIL_HOST) and str(settings.EMAIL_BACKEND).endswith("smtp.EmailBackend")


def _configured() -> Iterator[OutsideService]:
    if mail_is_set_up():
        yield OutsideService(
            "mail",
            _("Mail server"),
            settings.EMAIL_HOST,
            _("The e-mails that you get from here, with your address."),
        )
    yield from _city_sign_ins()
    if settings.TRANSLATOR:
        host = _host(settings.TRANSLATOR_URL) or settings.TRANSLATOR
        yield OutsideService(
            "translator",
            _("Machine translation"),
            host,
            _("Texts of public entries. Names of their writers and drafts do not go there."),
        )
    if settings.EMBEDDING_URL:
        yield OutsideService(
            "embedding",
            _("Language model for the search"),
            _host(settings.EMBEDDING_URL),
            _("Texts of entries, and what people type into the search."),
        )
    if settings.CLAMAV:
        yield OutsideService(
            "scanner",
            _("Virus scanner"),
            _host(settings.CLAMAV) or str(_("on this machine")),
            _("Photos and documents that people send."),
        )


def _city_sign_ins() -> Iterator[OutsideService]:
    for kind in getattr(settings, "SOCIALACCOUNT_PROVIDERS", {}).values():
        for app in kind.get("APPS", ()):
            yield OutsideService(
                "sign_in",
                app.get("name") or _("Sign-in of the city"),
                _host(app.get("settings", {}).get("server_url", "")),
                _("That you sign in here, if you choose to sign in there. It tells us your name and e-mail address."),
            )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""

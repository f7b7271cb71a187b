"""What stands in the log, in words, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import SYSTEM_ROLE
from citytandem.accounts.administration.texts import city_text_named
from citytandem.accounts.models import Role

_WORDS: dict[str, str | Promise] = {
    "person.made": _("Sign-in made"),
    "person.invited": _("Invitation sent"),
    "person.joined": _("Joined by an invitation"),
    "person.exported": _("Copy of all data made"),
    "person.erased": _("Sign-in erased"),
    "person.deactivated": _("Sign-in blocked"),
    "person.reactivated": _("Sign-in opened again"),
    "person.looked_at": _("Page of a person read"),
    "people.listed": _("List of people read"),
    "invitation.withdrawn": _("Invitation withdrawn"),
    "invitations.listed": _("List of invitations read"),
    "log.read": _("Log read"),
    "role.granted": _("Role given"),
    "role.revoked": _("Role taken back"),
    "role.leads": _("Leads from now on"),
    "role.leads_no_more": _("Leads no more"),
    "role.left": _("Left an organisation"),
    "absence.added": _("Absence entered"),
    "absence.removed": _("Absence removed"),
    "consent.given": _("Consent given"),
    "consent.withdrawn": _("Consent withdrawn"),
    "node.changed": _("Settings changed"),
    "node.text_changed": _("Text changed"),
    "node.mail_changed": _("Wording of an e-mail changed"),
    "node.logo_changed": _("Logo changed"),
    "mail.tried": _("Test letter sent"),
    "department.made": _("Department entered"),
    "department.changed": _("Department changed"),
    "organisation.made": _("Organisation entered"),
    "organisation.changed": _("Organisation changed"),
    "organisation.confirmed": _("Organisation confirmed"),
    "organisation.refused": _("Organisation turned down"),
    "passkey.added": _("Passkey added"),
    "second_factor.off": _("Second step of signing in turned off"),
    "second_factor.dropped": _("Second step of signing in taken away by the operator"),
    "session.ended": _("Signed out elsewhere"),
    "moderation.reporter_seen": _("Looked who reported something"),
    "notifications.log": _("List of letters sent read"),
}  # fmt: skip


def register(what: str, words: str | Promise) -> None:
    """Say in words what an entry of another module means."""
    _WORDS[what] = words


def entry_words(what: str) -> str:
    """What happened, in words; the bare code of what nobody has worded."""
    return str(_WORDS.get(what, what))


def detail_words(facts: Mapping[str, Any]) -> str:
    """Which role or text an entry is about; empty for none."""
    if facts.get("role"):
        return role_words(str(facts["role"]))
    name = str(facts.get("text", ""))
    found = city_text_named(name)
    return str(found.label) if found else name.removeprefix("mail.")


def role_words(role: str) -> str:
    """A role as an entry tells it; empty for none."""
    if role == SYSTEM_ROLE:
        return str(_("the operator of this site"))
    return str(Role(role).label) if role in Role.values else ""

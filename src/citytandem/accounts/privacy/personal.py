"""What the module accounts itself keeps about people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from citytandem.accounts import consents
from citytandem.accounts.consents import Purpose
from citytandem.accounts.holdings import Exported, Holding, register
from citytandem.accounts.models import Absence, Consent, Entry, Export, Invitation, Membership, Organisation, Person
from citytandem.accounts.privacy.services import exports
from citytandem.accounts.services.ending import sessions_end
from citytandem.core import clock, throttle

_WITH_YOU = _("It is needed to offer you the service that you signed up for (GDPR art. 6(1)(b)).")
_SECURITY = _("The city has a legitimate interest in the security of the service (GDPR art. 6(1)(f)).")
_DUTY = _("The city must be able to show who did what with personal data (GDPR art. 5(2) and 6(1)(c)).")


def _rows(label: str, name: str, **filters: Any) -> QuerySet[Any] | None:
    """Rows of a model of the sign-in library, where that part of it is installed."""
    if not apps.is_installed(f"allauth.{label}"):
        return None
    model: type[Model] = apps.get_model(label, name)
    return model._default_manager.filter(**filters)  # noqa: SLF001 - the manager


def _of_library(person_id: UUID) -> Iterator[tuple[str, QuerySet[Any], Sequence[str]]]:
    """Each table of the sign-in library, and what of it is the person's to know; secrets and keys are not."""
    for label, name, fields in (
        ("account", "EmailAddress", ("email", "verified", "primary")),
        ("mfa", "Authenticator", ("type", "created_at", "last_used_at")),
        ("socialaccount", "SocialAccount", ("provider", "uid", "date_joined", "last_login", "extra_data")),
    ):
        rows = _rows(label, name, user_id=person_id)
        if rows is not None:
            yield name, rows, fields


# --- the sign-in ------------------------------------------------------------------------------------------------------


def _sign_in_export(person_id: UUID) -> Exported:
    person = Person.objects.get(id=person_id)
    told: dict[str, Any] = {
        name: getattr(person, name) for name in ("id", "email", "name", "language", "created_at", "last_login")
    }
    names = {"EmailAddress": "addresses", "Authenticator": "second_factors", "SocialAccount": "other_sign_ins"}
    for name, rows, fields in _of_library(person_id):
        told[names[name]] = list(rows.values(*fields))
    return Exported(told)


def _sign_in_erase(person_id: UUID) -> None:
    """The row of the person is emptied by the erasure itself, last of all."""
    for _name, rows, _fields in _of_library(person_id):
        rows.delete()


def _unconfirmed_delete(before: datetime) -> int:
    """People who never confirmed their address, and so never could do anything."""
    addresses = _rows("account", "EmailAddress")
    if addresses is None:
        return 0
    confirmed = addresses.filter(verified=True).values("user_id")
    never = Person.objects.filter(
        id__in=addresses.filter(verified=False).values("user_id"),
        created_at__lt=before,
        last_login=None,
        memberships=None,
        is_demo=False,
        erased_at=None,
    ).exclude(id__in=confirmed)
    gone = list(never.values_list("id", flat=True))
    Person.objects.filter(id__in=gone).delete()
    return len(gone)


# --- sessions ---------------------------------------------------------------------------------------------------------


def _sessions_export(person_id: UUID) -> Exported:
    rows = _rows("usersessions", "UserSession", user_id=person_id)
    if rows is None:
        return Exported([])
    return Exported(list(rows.order_by("created_at").values("ip", "user_agent", "created_at", "last_seen_at")))


def _sessions_sweep(before: datetime) -> int:
    """Sessions that have run out, and the devices of sessions that are over."""
    from django.contrib.sessions.models import Session

    gone, _details = Session.objects.filter(expire_date__lt=clock.now()).delete()
    devices = _rows("usersessions", "UserSession", last_seen_at__lt=before)
    if devices is not None:
        gone += devices.delete()[0]
    return gone


# --- roles, consents, log ---------------------------------------------------------------------------------------------


def _roles_export(person_id: UUID) -> Exported:
    roles = Membership.objects.filter(person_id=person_id).order_by("since")
    away = Absence.objects.filter(Q(person_id=person_id) | Q(deputy_id=person_id)).order_by("first_day")
    return Exported(
        {
            "roles": list(
                roles.values("role", "department__slug", "organisation__slug", "organisation__name", "is_lead", "since")
            ),
            "absences": [
                {"first_day": one.first_day, "last_day": one.last_day, "as_deputy": one.deputy_id == person_id}
                for one in away
            ],
        }
    )


def _roles_erase(person_id: UUID) -> None:
    Absence.objects.filter(Q(person_id=person_id) | Q(deputy_id=person_id)).delete()
    Membership.objects.filter(person_id=person_id).delete()
    Membership.objects.filter(granted_by_id=person_id).update(granted_by=None)
    Organisation.objects.filter(created_by_id=person_id).update(created_by=None)


def _absences_sweep(before: datetime) -> int:
    return Absence.objects.filter(last_day__lt=before.date()).delete()[0]


def _consents_export(person_id: UUID) -> Exported:
    rows = Consent.objects.filter(person_id=person_id).order_by("given_at")
    return Exported(list(rows.values("purpose", "given_at", "withdrawn_at", "language", "wording", "wording_hash")))


def _consents_erase(person_id: UUID) -> None:
    """They stay as proof (GDPR art. 7(1)) of somebody whom nothing names any more; none is in force."""
    Consent.objects.filter(person_id=person_id, withdrawn_at=None).update(withdrawn_at=clock.now())


def _consents_sweep(before: datetime) -> int:
    return Consent.objects.filter(withdrawn_at__lt=before).delete()[0]


def _entries_about(person_id: UUID) -> QuerySet[Entry]:
    shown = Q(looked=True, facts__contains={"people": [str(person_id)]})
    return Entry.objects.filter(Q(person_id=person_id) | Q(by_id=person_id) | shown)


def _log_export(person_id: UUID) -> Exported:
    told = []
    for entry in _entries_about(person_id).order_by("id"):
        # Of a list that somebody looked at, the others in it are not this person's business.
        facts = {name: value for name, value in entry.facts.items() if name != "people"}
        mine = entry.by_id == person_id
        told.append(
            {"at": entry.at, "what": entry.what, "by_you": mine, "looked": entry.looked, "kind": entry.kind,
             "object": entry.object_id, "facts": facts, "reason": entry.reason}
        )  # fmt: skip
    return Exported(told)


def _log_erase(person_id: UUID) -> None:
    """What was done stays, for the city answers for it; about whom and by whom does not, nor what was written of them."""
    Entry.objects.filter(person_id=person_id).update(person=None, reason="")
    Entry.objects.filter(by_id=person_id).update(by=None)


def _log_sweep(before: datetime) -> int:
    return Entry.objects.filter(at__lt=before).delete()[0]


# --- copies, invitations, counts --------------------------------------------------------------------------------------


def _exports_export(person_id: UUID) -> Exported:
    rows = Export.objects.filter(person_id=person_id).order_by("asked_at")
    return Exported(list(rows.values("asked_at", "ready_at", "failed_at", "size")))


def _invitations_of(person_id: UUID) -> QuerySet[Invitation]:
    address = Person.objects.filter(id=person_id).values_list("email", flat=True).first() or ""
    return Invitation.objects.filter(Q(email__iexact=address, email__gt="") | Q(accepted_by_id=person_id))


def _invitations_export(person_id: UUID) -> Exported:
    rows = _invitations_of(person_id).order_by("created_at")
    return Exported(list(rows.values("role", "language", "created_at", "sent_at", "accepted_at", "withdrawn_at")))


def _invitations_erase(person_id: UUID) -> None:
    _invitations_of(person_id).delete()
    Invitation.objects.filter(invited_by_id=person_id).update(invited_by=None)


def _invitations_sweep(before: datetime) -> int:
    return Invitation.objects.filter(sent_at__lt=before).delete()[0]


def _nothing(_person_id: UUID) -> Exported:
    """Not even the node can tell whose these are."""
    return Exported([])


def _not_of_anybody(_person_id: UUID) -> list[QuerySet[Any]]:
    """Nobody who is signed in has any."""
    return []


def register_all() -> None:
    """Called once when Django is ready."""
    from citytandem.accounts.administration.services.invitations import DAYS_VALID
    from citytandem.accounts.privacy.services.inactivity import inactive_erase

    for holding in (
        Holding(
            "accounts.sign_in",
            _("Your sign-in"),
            _("So that you can sign in and the city can answer you: e-mail address, name, language, password (only as"
              " a fingerprint that cannot be turned back), passkeys."),
            _WITH_YOU,
            _("Until you erase it, or until you have not signed in for the time given. You are told 30 days before."),
            export=_sign_in_export,
            erase=_sign_in_erase,
            days=1_095,
            sweep=inactive_erase,
            # Who is away for a summer still has a sign-in.
            shortest=90,
            counted=lambda person: [Person.objects.filter(id=person)],
        ),
        Holding(
            "accounts.unconfirmed",
            _("Sign-ins that were never confirmed"),
            _("So that you can confirm your e-mail address with the link that was sent to you."),
            _WITH_YOU,
            _("Deleted if the address is not confirmed."),
            export=_nothing,
            erase=lambda _person: None,
            days=7,
            sweep=_unconfirmed_delete,
            counted=_not_of_anybody,
        ),
        Holding(
            "accounts.sessions",
            _("Your devices"),
            _("So that you stay signed in, and see where you are signed in: network address, kind of browser, time."),
            _SECURITY,
            _("A session ends when you sign out or after two weeks; what is known of the device goes later."),
            export=_sessions_export,
            erase=_ended,
            days=30,
            sweep=_sessions_sweep,
            counted=lambda person: [rows] if (rows := _rows("usersessions", "UserSession", user_id=person)) is not None
            else [],
        ),
        Holding(
            "accounts.roles",
            _("Your roles"),
            _("So that the city knows who may do what: role, department or organisation, absences and deputies."),
            _("It is needed for a task in the public interest (GDPR art. 6(1)(e))."),
            _("Roles until they are taken back or the sign-in is erased; absences as long as given here."),
            export=_roles_export,
            erase=_roles_erase,
            days=365,
            sweep=_absences_sweep,
            counted=lambda person: [
                Membership.objects.filter(person_id=person),
                Absence.objects.filter(Q(person_id=person) | Q(deputy_id=person)),
            ],
        ),
        Holding(
            "accounts.consents",
            _("What you agreed to"),
            _("So that the city can show what you agreed to, in which words, and when you took it back."),
            _("The city must be able to prove consent (GDPR art. 7(1))."),
            _("After you take it back, as long as given here; after an erasure without anything that names you."),
            export=_consents_export,
            erase=_consents_erase,
            days=1_095,
            sweep=_consents_sweep,
            counted=lambda person: [Consent.objects.filter(person_id=person)],
        ),
        Holding(
            "accounts.log",
            _("Log of changes and of looks at personal data"),
            _("So that everybody can see who changed or looked at what: time, what was done, role."),
            _DUTY,
            _("Deleted by age. After an erasure nothing in it leads to you."),
            export=_log_export,
            erase=_log_erase,
            days=1_095,
            sweep=_log_sweep,
            # What somebody did can be seen for a month at least.
            shortest=30,
            counted=lambda person: [_entries_about(person)],
        ),
        Holding(
            "accounts.exports",
            _("Copies of your data that you asked for"),
            _("So that you can fetch the copy that you asked for."),
            _("You have a right to it (GDPR art. 15 and 20)."),
            _("Deleted soon after it was made."),
            export=_exports_export,
            erase=_dropped,
            days=exports.DAYS_KEPT,
            sweep=exports.exports_sweep,
            counted=lambda person: [Export.objects.filter(person_id=person)],
        ),
        Holding(
            "accounts.invitations",
            _("Invitations"),
            _("So that somebody whom the city asked to join can do so: e-mail address, role."),
            _("It is needed for a task in the public interest (GDPR art. 6(1)(e))."),
            _("The address until the invitation is accepted or withdrawn; the rest by age."),
            export=_invitations_export,
            erase=_invitations_erase,
            days=30,
            sweep=_invitations_sweep,
            # An open one is not forgotten before it is too old to be accepted.
            shortest=DAYS_VALID,
            counted=lambda person: [_invitations_of(person)],
        ),
        Holding(
            "accounts.attempts",
            _("How often something was tried"),
            _("So that nobody can guess passwords or flood the pages. Only a keyed fingerprint of the network address"
              " or e-mail address is counted: nobody can read it back."),
            _SECURITY,
            _("Deleted when no limit looks at it any more."),
            export=_nothing,
            erase=lambda _person: None,
            days=2,
            sweep=lambda before: throttle.clear_away(days=max(1, (clock.now() - before).days)),
            counted=_not_of_anybody,
        ),
    ):  # fmt: skip
        register(holding)
    for purpose in _PURPOSES:
        consents.register(purpose)


def _ended(person_id: UUID) -> None:
    sessions_end(person_id=person_id)


def _dropped(person_id: UUID) -> None:
    exports.exports_delete(person_id=person_id)


_PURPOSES = (
    Purpose(
        "news",
        _("News of the city by e-mail"),
        _("The city may write to my e-mail address when there is something new about problems and solutions here,"
          " at most once a week. I can take this back at any time."),
        _("Without it you get no such letters. Everything else works the same."),
    ),
    Purpose(
        "experience",
        _("Questions about your experience"),
        _("The city may ask me by e-mail, at most four times a year, how taking part here went for me. I can take this"
          " back at any time."),
        _("Without it nobody asks you. Everything else works the same."),
    ),
)  # fmt: skip

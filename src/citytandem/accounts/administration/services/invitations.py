"""Asking somebody to join, perhaps in a role: a signed link by e-mail, for one use, for two weeks."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.apps import apps
from django.contrib.auth.password_validation import validate_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.contract import PersonJoined
from citytandem.accounts.models import Department, Invitation, Organisation, Person, Role
from citytandem.accounts.selectors import actor_by_id
from citytandem.accounts.services.entries import entry_add
from citytandem.accounts.services.people import role_grant
from citytandem.accounts.services.shared import refuse_shared
from citytandem.accounts.signin.services.people import is_taken, unconfirmed_drop
from citytandem.core import clock, events, letters, throttle
from citytandem.core.errors import Conflict, Forbidden, Invalid, NotFound
from citytandem.core.languages import is_language
from citytandem.core.node import this_node
from citytandem.core.permissions import allowed, require
from citytandem.core.text import clean_line
from citytandem.core.throttle import Limit
from citytandem.core.versions import read

DAYS_VALID = 14
_SALT = "accounts.invitation"
# More than that is no inviting any more, but a mailing.
LIMIT = Limit("invitations", most=200, seconds=86_400)


def invitation_make(
    *,
    email: str,
    role: str,
    language: str,
    by: Actor,
    department_id: UUID | None = None,
    organisation_id: UUID | None = None,
    is_lead: bool = False,
) -> Invitation:
    """Ask somebody to join. Raises Forbidden, Invalid, TooMany, and Conflict where the same invitation is open already."""
    require("accounts.administer", by)
    refuse_shared(by)
    address = _checked_address(email)
    _check_place(role, department_id, organisation_id)
    throttle.count(LIMIT, str(by.id or "system"))
    with transaction.atomic():
        open_ones = Invitation.objects.select_for_update().filter(email__iexact=address, role=role)
        places = set(open_ones.values_list("department_id", "organisation_id"))
        if (department_id, organisation_id) in places:
            message = _("This person has been invited in this role already. You can send the letter again.")
            raise Conflict("invitation.open", message, field="email")
        now = clock.now()
        invitation = Invitation.objects.create(
            email=address,
            language=language if is_language(language) else this_node().language,
            role=role,
            department_id=department_id,
            organisation_id=organisation_id,
            is_lead=is_lead,
            invited_by_id=by.id,
            created_at=now,
            sent_at=now,
        )
        _write(invitation)
        entry_add("person.invited", by=by, kind="invitation", object_id=invitation.id, facts={"role": role})
    return invitation


@transaction.atomic
def invitation_send_again(*, invitation_id: UUID, by: Actor) -> None:
    """Write once more; the link of the letter before counts no more. Raises Forbidden, NotFound."""
    require("accounts.administer", by)
    refuse_shared(by)
    invitation = Invitation.objects.select_for_update().filter(id=invitation_id).exclude(email="").first()
    if invitation is None:
        raise _unknown()
    invitation.sent += 1
    invitation.sent_at = clock.now()
    invitation.invited_by_id = by.id
    invitation.save(update_fields=["sent", "sent_at", "invited_by"])
    _write(invitation)
    entry_add("person.invited", by=by, kind="invitation", object_id=invitation.id, facts={"again": invitation.sent})


@transaction.atomic
def invitation_withdraw(*, invitation_id: UUID, by: Actor) -> None:
    """Take an invitation back; the address is forgotten. What is accepted or withdrawn already is no error."""
    require("accounts.administer", by)
    refuse_shared(by)
    rows = Invitation.objects.filter(id=invitation_id).exclude(email="")
    if rows.update(email="", withdrawn_at=clock.now()):
        entry_add("invitation.withdrawn", by=by, kind="invitation", object_id=invitation_id)


# --- accepting --------------------------------------------------------------------------------------------------------


def token_of(invitation: Invitation) -> str:
    """What stands in the link: nobody can make one up, and a new letter makes the one before worthless."""
    return signing.dumps([str(invitation.id), invitation.sent], salt=_SALT)


def invitation_of(token: str, *, for_update: bool = False) -> Invitation:
    """The open invitation behind a link. Raises NotFound for one that is used, withdrawn, too old, or none of ours."""
    try:
        identifier, sent = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise _unknown() from error
    rows = Invitation.objects.select_for_update(of=("self",)) if for_update else Invitation.objects.all()
    earliest = clock.now() - timedelta(days=DAYS_VALID)
    rows = rows.select_related("department", "organisation")
    found = rows.filter(id=identifier, sent=sent, sent_at__gte=earliest).exclude(email="").first()
    # An invitation is worth as much as the rights of who gave it.
    if found is None or found.invited_by_id is None or not _may_still_invite(found.invited_by_id):
        raise _unknown()
    return found


@transaction.atomic
def invitation_join(*, token: str, name: str, password: str, language: str) -> UUID:
    """Somebody new accepts: they get a sign-in with a confirmed address, and the role. Raises NotFound, Invalid, Conflict."""
    invitation = invitation_of(token, for_update=True)
    if has_sign_in(invitation):
        raise Conflict("invitation.has_sign_in", _("There is a sign-in with this address already. Sign in to accept."))
    # Whoever has the letter has the mailbox; somebody else may have signed up with its address.
    unconfirmed_drop(email=invitation.email)
    person = Person(email=invitation.email.lower(), name=clean_line(name))
    person.language = language if is_language(language) else invitation.language
    try:
        person.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise Invalid("person.name", _("This name is too long."), field="name") from error
    try:
        validate_password(password, user=person)
    except ValidationError as error:
        raise Invalid("password.weak", " ".join(error.messages), field="password") from error
    person.set_password(password)
    person.save()
    if apps.is_installed("allauth.account"):
        addresses = apps.get_model("account", "EmailAddress")
        addresses._default_manager.create(  # noqa: SLF001 - the manager
            user_id=person.id, email=person.email, verified=True, primary=True
        )
    _accepted(invitation, person.id)
    events.emit(PersonJoined(person_id=person.id))
    return person.id


@transaction.atomic
def invitation_accept(*, token: str, by: Actor) -> None:
    """Somebody with a sign-in accepts. Raises NotFound, and Forbidden for anybody but whom the letter was written to."""
    invitation = invitation_of(token, for_update=True)
    if by.id is None or not Person.objects.filter(id=by.id, email__iexact=invitation.email).exists():
        message = _("This invitation is for another e-mail address than the one that you are signed in with.")
        raise Forbidden("invitation.not_yours", message)
    _accepted(invitation, by.id)


def has_sign_in(invitation: Invitation) -> bool:
    """Whether who was invited has a sign-in already."""
    return is_taken(invitation.email)


def _accepted(invitation: Invitation, person_id: UUID) -> None:
    giver = actor_by_id(invitation.invited_by_id) if invitation.invited_by_id else None
    if invitation.role != Role.RESIDENT and giver is not None:
        role_grant(
            person_id=person_id,
            role=invitation.role,
            by=giver,
            department_id=invitation.department_id,
            organisation_id=invitation.organisation_id,
            is_lead=invitation.is_lead,
        )
    invitation.email = ""
    invitation.accepted_at = clock.now()
    invitation.accepted_by_id = person_id
    invitation.save(update_fields=["email", "accepted_at", "accepted_by"])
    person = actor_by_id(person_id)
    entry_add("person.joined", by=person, person=person_id, kind="invitation", object_id=invitation.id)


def _may_still_invite(person_id: UUID) -> bool:
    is_active = Person.objects.filter(id=person_id, is_active=True).exists()
    return is_active and allowed("accounts.administer", actor_by_id(person_id))


def _write(invitation: Invitation) -> None:
    with translation.override("en"):
        role = str(Role(invitation.role).label)
    letters.post().send(
        to=invitation.email,
        template="invitation",
        language=invitation.language,
        parameters={"role": role, "place": _place(invitation)},
        path=f"/invitation/{token_of(invitation)}",
    )


def _place(invitation: Invitation) -> str:
    if invitation.department_id is not None:
        name = Department.objects.values_list("name", flat=True).get(id=invitation.department_id)
        return read(name, reader=invitation.language).text
    if invitation.organisation_id is not None:
        return Organisation.objects.values_list("name", flat=True).get(id=invitation.organisation_id)
    return ""


def _checked_address(email: str) -> str:
    address = clean_line(email).lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid("mail.address", _("This is not an e-mail address."), field="email") from error
    return address


def _check_place(role: str, department_id: UUID | None, organisation_id: UUID | None) -> None:
    if role not in Role.values:
        raise Invalid("role.unknown", _("There is no such role for the whole city."), field="role")
    needed = {
        Role.DEPARTMENT_STAFF.value: (True, False),
        Role.ORGANISATION_MEMBER.value: (False, True),
    }.get(role, (False, False))
    if (department_id is not None, organisation_id is not None) != needed:
        raise Invalid("role.place", _("This role does not go with this place."), field="role")


def _unknown() -> NotFound:
    return NotFound(
        "invitation.unknown",
        _("This invitation was used already, taken back, or is too old. Ask the city to send a new one."),
    )

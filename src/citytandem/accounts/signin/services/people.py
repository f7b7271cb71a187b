"""People who sign up or come by the city's own sign-in."""

from __future__ import annotations

from uuid import UUID

from allauth.account.internal.flows.email_verification import verify_email
from allauth.account.models import EmailAddress
from allauth.socialaccount.internal.flows.connect import disconnect, validate_disconnect
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import SYSTEM, Actor
from citytandem.accounts.contract import PersonJoined
from citytandem.accounts.models import Department, Membership, Person
from citytandem.accounts.services.people import role_grant, role_revoke
from citytandem.accounts.signin.claims import Grant
from citytandem.core.errors import Forbidden, Invalid
from citytandem.core.events import emit
from citytandem.core.languages import is_language
from citytandem.core.text import clean_line


@transaction.atomic
def address_confirm(request: HttpRequest, address: EmailAddress) -> bool:
    """Note that an address is its owner's; it takes the place of the one before. Whether that was possible.

    The first confirmed address of a person makes them one of us: `PersonJoined`.
    """
    is_first = not EmailAddress.objects.filter(user_id=address.user_id, verified=True).exists()
    is_done = bool(verify_email(request, address))
    if is_done and is_first:
        emit(PersonJoined(person_id=address.user_id))
    return is_done


def mailbox_shown(request: HttpRequest, *, person_id: UUID) -> None:
    """Somebody has followed the link of a letter to this person: the address is theirs, if nobody has shown that yet."""
    waiting = EmailAddress.objects.filter(user_id=person_id, verified=False, email=Lower(F("user__email")))
    for address in waiting.select_related("user"):
        address_confirm(request, address)


@transaction.atomic
def person_joined(*, person_id: UUID) -> None:
    """Tell everybody of somebody whose address the city's own sign-in vouches for."""
    emit(PersonJoined(person_id=person_id))


@transaction.atomic
def profile_edit(*, person_id: UUID, name: str, language: str, by: Actor) -> None:
    """Change how others see a person and in which language we write to them. Raises Forbidden, Invalid."""
    if by.id != person_id:
        raise Forbidden("permission.missing", _("You are not allowed to do this."))
    person = Person.objects.select_for_update().get(id=person_id)
    person.name = clean_line(name)
    person.language = language if is_language(language) else ""
    try:
        person.clean_fields()
    except ValidationError as error:
        raise Invalid("person.name", _("This name is too long."), field="name") from error
    person.save(update_fields=["name", "language"])


@transaction.atomic
def unconfirmed_drop(*, email: str, but: UUID | None = None) -> int:
    """Delete sign-ups with this address that nobody ever confirmed; returns how many.

    For when somebody else has just shown that the address is theirs. Nobody has been able to sign in there: nothing else
    belongs to such a sign-up.
    """
    gone = [one for one in _never_confirmed(email).values_list("id", flat=True) if one != but]
    Person.objects.filter(id__in=gone).delete()
    return len(gone)


def is_taken(email: str) -> bool:
    """Whether somebody signs in with this address; a sign-up that nobody confirmed does not count."""
    return Person.objects.filter(email__iexact=email).exclude(id__in=_never_confirmed(email).values("id")).exists()


def _never_confirmed(email: str) -> QuerySet[Person]:
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    never = Person.objects.filter(email__iexact=email, last_login=None, is_demo=False, erased_at=None)
    return never.filter(~Exists(confirmed), Exists(EmailAddress.objects.filter(user=OuterRef("pk"))))


@transaction.atomic
def roles_take_over(*, person_id: UUID, grants: frozenset[Grant], mapped: frozenset[Grant]) -> None:
    """Give the roles that the city's sign-in tells of, and take away those that it could have told of but does not.

    Roles that no value of the claim can give are left alone, and so is the last administrator.
    """
    slugs = {grant.department for grant in mapped if grant.department}
    places = dict(Department.objects.filter(slug__in=slugs).values_list("slug", "id"))
    for grant in sorted(mapped):
        if grant.department and grant.department not in places:
            continue
        place = places.get(grant.department)
        held = Membership.objects.filter(
            Q(department_id=place) if place else Q(department=None), person_id=person_id, role=grant.role
        ).first()
        if grant in grants and held is None:
            role_grant(person_id=person_id, role=grant.role, by=SYSTEM, department_id=place)
        elif grant not in grants and held is not None:
            _revoke(held)


def _revoke(held: Membership) -> None:
    try:
        with transaction.atomic():
            role_revoke(membership_id=held.id, by=SYSTEM)
    except Invalid:
        return


def city_disconnect(request: HttpRequest, *, by: Actor) -> bool:
    """Cut the tie to the city's account; whether there was one. Raises Invalid where there is no other way to sign in."""
    account = SocialAccount.objects.filter(user_id=by.id).first()
    if account is None:
        return False
    try:
        validate_disconnect(request, account)
    except ValidationError as error:
        raise Invalid("sign_in.only_way", _("This is your only way to sign in. Set a password first.")) from error
    disconnect(request, account)
    return True

"""Organisations: made by people, confirmed by an administrator, kept by those who lead them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.models import Membership, Organisation, OrganisationKind, Person, Role
from citytandem.accounts.services.entries import entry_add
from citytandem.accounts.services.people import role_revoke
from citytandem.accounts.services.shared import refuse_shared
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import short_code, uuid7
from citytandem.core.permissions import require
from citytandem.core.text import clean_line, clean_text
from citytandem.core.throttle import Limit

LONGEST_NAME = 200
LONGEST_ABOUT = 5_000
# The view counts it, outside the transaction.
MAKING = Limit("organisation.make", most=5, seconds=86_400)


@dataclass(frozen=True, slots=True)
class Draft:
    """What an organisation tells of itself; `about` in one language."""

    name: str
    kind: str
    about: str = ""
    language: str = "en"
    email: str = ""
    telephone: str = ""
    url: str = ""


@transaction.atomic
def organisation_make(*, draft: Draft, by: Actor) -> Organisation:
    """Enter an organisation; whoever does it leads it. It waits until an administrator confirms it.

    Raises Forbidden, Invalid.
    """
    require("accounts.make_organisation", by)
    _check(draft)
    organisation = Organisation(id=uuid7(), created_at=clock.now(), created_by_id=by.id)
    organisation.is_confirmed = by.administers
    _assign(organisation, draft)
    organisation.slug = _free_slug(organisation)
    organisation.save(force_insert=True)
    if by.id is not None:
        Membership.objects.create(
            person_id=by.id,
            role=Role.ORGANISATION_MEMBER,
            organisation=organisation,
            is_lead=True,
            since=clock.now(),
            granted_by_id=by.id,
        )
    entry_add("organisation.made", by=by, person=by.id, object_id=organisation.id)
    return organisation


@transaction.atomic
def organisation_edit(*, organisation_id: UUID, draft: Draft, by: Actor, seen: str = "") -> Organisation:
    """Change what an organisation tells of itself. Raises NotFound, Forbidden, Invalid, Conflict.

    The city has vouched for a name: with another one, the organisation waits to be confirmed again.
    """
    organisation = _locked(organisation_id)
    require_editor(organisation, by)
    if seen and seen != state_of(organisation):
        raise Conflict(
            "organisation.changed_meanwhile",
            _("Somebody else has changed this in the meantime. What you typed is kept; compare and save again."),
        )
    _check(draft)
    if clean_line(draft.name) != organisation.name and not by.administers:
        organisation.is_confirmed = False
    _assign(organisation, draft)
    organisation.save()
    entry_add("organisation.changed", by=by, object_id=organisation.id)
    return organisation


@transaction.atomic
def organisation_confirm(*, organisation_id: UUID, by: Actor) -> Organisation:
    """An administrator vouches that this organisation is what it says; from now on everybody can read of it."""
    require("accounts.administer", by)
    organisation = _locked(organisation_id)
    _refuse_shared(organisation, by)
    if not organisation.is_confirmed:
        organisation.is_confirmed = True
        organisation.save(update_fields=["is_confirmed"])
        entry_add("organisation.confirmed", by=by, object_id=organisation.id)
    return organisation


@transaction.atomic
def organisation_refuse(*, organisation_id: UUID, by: Actor) -> None:
    """Delete an organisation that is none, before it was confirmed. Raises Invalid once it is."""
    require("accounts.administer", by)
    organisation = _locked(organisation_id)
    _refuse_shared(organisation, by)
    if organisation.is_confirmed:
        raise Invalid("organisation.is_confirmed", _("This organisation is confirmed. It is not deleted like this."))
    entry_add("organisation.refused", by=by, object_id=organisation.id)
    organisation.delete()


@transaction.atomic
def member_set_lead(*, membership_id: UUID, is_lead: bool, by: Actor) -> None:
    """Let a member lead, or no longer; somebody always leads. Raises NotFound, Forbidden, Invalid."""
    membership = _member(membership_id)
    require("accounts.grant", by, membership.organisation_id)
    refuse_shared(by, about=membership.person_id)
    if not is_lead:
        _keep_a_lead(membership)
    membership.is_lead = is_lead
    membership.save(update_fields=["is_lead"])
    what = "role.leads" if is_lead else "role.leads_no_more"
    entry_add(what, by=by, person=membership.person_id, object_id=membership.organisation_id)


@transaction.atomic
def member_remove(*, membership_id: UUID, by: Actor) -> None:
    """Take somebody out of an organisation. Raises NotFound, Forbidden, Invalid."""
    membership = _member(membership_id)
    require("accounts.grant", by, membership.organisation_id)
    refuse_shared(by, about=membership.person_id)
    _keep_a_lead(membership)
    role_revoke(membership_id=membership.id, by=by)


@transaction.atomic
def organisation_leave(*, organisation_id: UUID, by: Actor) -> None:
    """Leave an organisation. Raises NotFound, Invalid where one leads it alone."""
    own = Membership.objects.select_for_update(of=("self",)).filter(
        person=by.id, organisation=organisation_id, role=Role.ORGANISATION_MEMBER
    )
    membership = own.first() if by.id is not None else None
    if membership is None:
        raise NotFound("membership.unknown", _("There is no such membership."))
    _keep_a_lead(membership)
    membership.delete()
    entry_add("role.left", by=by, person=by.id, object_id=organisation_id)


def require_editor(organisation: Organisation, by: Actor) -> None:
    """Raise Forbidden unless `by` may change what this organisation tells of itself."""
    require("accounts.edit_organisation", by, organisation.id)
    _refuse_shared(organisation, by)


def _refuse_shared(organisation: Organisation, by: Actor) -> None:
    """Nobody of the demo changes an organisation that a real person entered or belongs to."""
    theirs = Q(id=organisation.created_by_id) | Q(memberships__organisation=organisation.id)
    real = Person.objects.filter(theirs, is_demo=False).values_list("id", flat=True).first()
    if real is not None:
        refuse_shared(by, about=real)


def _keep_a_lead(membership: Membership) -> None:
    others = Membership.objects.select_for_update(of=("self",)).filter(organisation=membership.organisation_id)
    left = list(others.exclude(id=membership.id).values_list("is_lead", flat=True))
    if membership.is_lead and left and not any(left):
        raise Invalid(
            "organisation.last_lead", _("Nobody else leads this organisation. Let another member lead first.")
        )


def _member(membership_id: UUID) -> Membership:
    rows = Membership.objects.select_for_update(of=("self",)).filter(id=membership_id, organisation__isnull=False)
    membership = rows.first()
    if membership is None:
        raise NotFound("membership.unknown", _("There is no such membership."))
    return membership


def _locked(organisation_id: UUID) -> Organisation:
    organisation = Organisation.objects.select_for_update(of=("self",)).filter(id=organisation_id).first()
    if organisation is None:
        raise NotFound("organisation.unknown", _("There is no such organisation."))
    return organisation


def _check(draft: Draft) -> None:
    name = clean_line(draft.name)
    if not name:
        raise Invalid("organisation.name_missing", _("Give the organisation's name."), field="name")
    if len(name) > LONGEST_NAME:
        raise Invalid("organisation.name_too_long", _("A name has at most 200 characters."), field="name")
    if len(draft.about) > LONGEST_ABOUT:
        raise Invalid("text.too_long", _("This text is too long: at most 5,000 characters."), field="about")
    if draft.kind not in OrganisationKind.values:
        raise Invalid("organisation.kind", _("There is no such kind of organisation."), field="kind")


def _assign(organisation: Organisation, draft: Draft) -> None:
    about = clean_text(draft.about)
    others = {code: text for code, text in organisation.about.items() if code != draft.language}
    organisation.name, organisation.kind = clean_line(draft.name), draft.kind
    organisation.about = {**others, draft.language: {"text": about, "by": "human"}} if about else others
    organisation.language = draft.language
    organisation.email, organisation.telephone, organisation.url = draft.email, clean_line(draft.telephone), draft.url


def _free_slug(organisation: Organisation) -> str:
    plain = slugify(organisation.name)[:70] or f"organisation-{short_code(organisation.id)}"
    # “new” is the address of the form.
    is_taken = plain == "new" or Organisation.objects.filter(slug=plain).exists()
    return f"{plain}-{short_code(organisation.id)[:6]}" if is_taken else plain


def state_of(organisation: Organisation) -> str:
    """A digest of what can be changed, so that two people do not overwrite each other unseen."""
    fields = ("name", "kind", "about", "language", "email", "telephone", "url")
    return hashlib.sha256(repr([getattr(organisation, name) for name in fields]).encode()).hexdigest()[:32]

"""Giving and withdrawing consent, one purpose at a time; what was agreed to can be proved afterwards."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.actors import Actor
from citytandem.accounts.consents import Purpose, fingerprint, purpose
from citytandem.accounts.models import Consent
from citytandem.accounts.services.entries import entry_add
from citytandem.core import clock
from citytandem.core.errors import Forbidden, Invalid


def consent_give(*, purpose_name: str, language: str, by: Actor) -> Consent:
    """Agree to one purpose, in the words that stand on the page in `language`. Doing so twice changes nothing.

    Raises Forbidden for anybody but the person, Invalid for a purpose that there is not.
    """
    person_id, found = _who_and_what(purpose_name, by)
    with translation.override(language):
        wording = str(found.text)
    row = Consent(
        person_id=person_id,
        purpose=found.name,
        given_at=clock.now(),
        language=language,
        wording=wording,
        wording_hash=fingerprint(wording),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            entry_add("consent.given", by=by, person=person_id, kind="purpose", object_id=found.name)
    except IntegrityError:
        return Consent.objects.get(person_id=person_id, purpose=found.name, withdrawn_at=None)
    return row


@transaction.atomic
def consent_withdraw(*, purpose_name: str, by: Actor) -> None:
    """Take consent back; from now on, and as easily as it was given (GDPR art. 7(3)). Raises Forbidden, Invalid."""
    person_id, found = _who_and_what(purpose_name, by)
    rows = Consent.objects.filter(person_id=person_id, purpose=found.name, withdrawn_at=None)
    if rows.update(withdrawn_at=clock.now()):
        entry_add("consent.withdrawn", by=by, person=person_id, kind="purpose", object_id=found.name)


def _who_and_what(purpose_name: str, by: Actor) -> tuple[UUID, Purpose]:
    if by.id is None:
        raise Forbidden("permission.missing", _("You are not allowed to do this."))
    found = purpose(purpose_name)
    if found is None:
        raise Invalid("consent.unknown", _("There is nothing of this kind to agree to."), field="purpose")
    return by.id, found

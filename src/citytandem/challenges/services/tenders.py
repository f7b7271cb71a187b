"""Writing a tender package, handing it over to the procurement office, and taking a handed-over one as a pattern."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Challenge, Pilot, Tender
from citytandem.challenges.services.log import log_append
from citytandem.challenges.tender_faults import faults_of
from citytandem.challenges.tender_files import tender_file
from citytandem.challenges.tender_prefill import package_for
from citytandem.challenges.tender_said import digest_of, package_json, package_of, said_of
from citytandem.challenges.tenders.kinds import BUYER_KINDS, CONTRACT_KINDS, BadTender, Fault
from citytandem.challenges.tenders.package import Money, TenderPackage
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.core.ids import short_code, uuid7
from citytandem.core.languages import is_language
from citytandem.core.permissions import require
from citytandem.core.text import MAX_TEXT, clean_line, clean_text

# Before that nobody knows what is to be bought.
PHASES = frozenset({"decision", "decided"})
MOST_ROWS = 150
LONGEST_TITLE = 200
_LARGEST = Decimal("999999999999.99")
_TEXTS = frozenset({"need", "text", "evidence", "description"})


@transaction.atomic
def tender_begin(challenge_id: UUID, *, pilot_id: UUID | None, language: str, by: Actor) -> Tender:
    """Begin a package from a challenge and its finished pilot. Raises Forbidden, Conflict, Invalid."""
    challenge = Challenge.objects.select_for_update().filter(id=challenge_id).first()
    if challenge is None:
        raise NotFound("challenge.unknown", _("This challenge does not exist, or it is not public."))
    require("challenges.hand_over", by, challenge)
    if challenge.phase not in PHASES:
        raise Conflict("tender.too_early", _("What is bought is known when the proposals have been assessed."))
    if not is_language(language):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="language")
    pilot = _finished_pilot(challenge, pilot_id)
    now, identifier = clock.now(), uuid7()
    code = short_code(identifier)
    today = timezone.localdate(now)
    package = package_for(
        challenge, pilot=pilot, reference=f"{today.year}-{code}", language=language, today=today, by=by
    )
    tender = Tender(
        id=identifier, code=code, challenge=challenge, pilot=pilot, created_by_id=by.id, created_at=now, changed_at=now
    )
    tender.currency = challenge.currency
    _write(tender, package, price_confirmed=False)
    tender.save(force_insert=True)
    return tender


@transaction.atomic
def tender_save(
    tender_id: UUID,
    package: TenderPackage,
    *,
    currency: str,
    version: int,
    by: Actor,
    price_confirmed: bool | None = None,
) -> Tender:
    """Keep what was written, whole or not. `version`: what the editor saw. Raises Forbidden, Conflict, Invalid.

    `price_confirmed`: whether somebody has decided on the weight of the price; None leaves it as it is.
    """
    tender = _locked(tender_id)
    require("challenges.hand_over", by, tender.challenge)
    _require_open(tender, version)
    tender.currency = currency
    is_confirmed = bool(tender.said.get("price_confirmed")) if price_confirmed is None else price_confirmed
    _write(tender, package, price_confirmed=is_confirmed)
    tender.changed_at = clock.now()
    tender.version += 1
    tender.save()
    return tender


@transaction.atomic
def tender_hand_over(tender_id: UUID, *, version: int, by: Actor) -> Tender:
    """Give the package to the procurement office: from now on it stays as it is, and the log keeps its digest.

    Raises Invalid while it has faults, Conflict where it went there already or was changed meanwhile.
    """
    tender = _locked(tender_id)
    require("challenges.hand_over", by, tender.challenge)
    _require_open(tender, version)
    if tender.challenge.phase not in PHASES:
        raise Conflict("tender.too_early", _("What is bought is known when the proposals have been assessed."))
    if faults_of(tender):
        raise Invalid("tender.faulty", _("The package is not complete. See what is still missing."))
    package = package_of(tender)
    others = Tender.objects.filter(handed_over_at__isnull=False, said__reference=package.reference)
    if others.exists():
        raise Conflict("tender.reference_taken", _("Another package with this reference has been handed over."))
    text = package_json(package)
    digest = digest_of(text)
    tender.said = {**tender.said, "handed_over": {"json": text, "sha256": digest}}
    tender.handed_over_at = clock.now()
    tender.version += 1
    try:
        tender_file(tender, "ocds.json", address=settings.ADDRESS)
    except BadTender as error:
        raise Invalid("tender.open_data", _("Its open data would not be valid: %(told)s") % {"told": error}) from error
    tender.save()
    facts: dict[str, Any] = {"tender": tender.code, "reference": package.reference, "sha256": digest}
    facts["buyers"] = [buyer.name for buyer in package.buyers]
    facts["value"] = "" if package.value is None else f"{package.value.amount} {package.value.currency}"
    if tender.pilot is not None:
        facts["pilot"] = tender.pilot.code
    log_append(tender.challenge, "tender.handed_over", facts)
    return tender


@transaction.atomic
def tender_copy(tender_id: UUID, *, by: Actor) -> Tender:
    """Begin a new package with all that this one says, under a reference of its own."""
    tender = _locked(tender_id)
    require("challenges.hand_over", by, tender.challenge)
    now, identifier = clock.now(), uuid7()
    code = short_code(identifier)
    reference = f"{timezone.localdate(now).year}-{code}"
    copy = Tender(
        id=identifier,
        code=code,
        challenge=tender.challenge,
        pilot=tender.pilot,
        currency=tender.currency,
        created_by_id=by.id,
        created_at=now,
        changed_at=now,
    )
    package = replace(package_of(tender), reference=reference)
    _write(copy, package, price_confirmed=bool(tender.said.get("price_confirmed")))
    copy.save(force_insert=True)
    return copy


def _locked(tender_id: UUID) -> Tender:
    """In the order in which all lock: challenge, then tender."""
    list(Challenge.objects.select_for_update().filter(tenders=tender_id))
    tender = (
        Tender.objects.select_for_update(of=("self",)).select_related("challenge", "pilot").filter(id=tender_id).first()
    )
    if tender is None:
        raise NotFound("tender.unknown", _("This tender package does not exist, or it is not public."))
    return tender


def _finished_pilot(challenge: Challenge, pilot_id: UUID | None) -> Pilot | None:
    if pilot_id is None:
        return None
    pilot = challenge.pilots.filter(id=pilot_id, state__in=("finished", "decided")).first()
    if pilot is None:
        raise Invalid("tender.pilot", _("Choose a finished pilot of this challenge."), field="pilot")
    return pilot


def _require_open(tender: Tender, version: int) -> None:
    if tender.handed_over_at is not None:
        raise Conflict(
            "tender.handed_over", _("This package has been handed over and stays as it is. You can make a copy of it.")
        )
    if tender.version != version:
        raise Conflict(
            "tender.changed_meanwhile",
            _("Somebody else has changed this package in the meantime. Compare, then save again."),
            current_version=tender.version,
        )


def _write(tender: Tender, package: TenderPackage, *, price_confirmed: bool) -> None:
    clean = _cleaned(package)
    for fault in _unstorable(clean):
        raise Invalid("tender.unusable", _("This cannot be saved."), field=fault.where)
    tender.title, tender.contract, tender.language = clean.title, clean.contract, clean.language
    tender.value = clean.value.amount if clean.value is not None else None
    tender.said = {**said_of(clean), "price_confirmed": price_confirmed}


def _unstorable(package: TenderPackage) -> list[Fault]:
    """What no draft may be: forms offer nothing of it."""
    found = []
    if len(package.title) > LONGEST_TITLE:
        found.append(Fault("text.long", "title"))
    if package.contract not in CONTRACT_KINDS:
        found.append(Fault("tender.contract", "contract"))
    if any(buyer.kind not in BUYER_KINDS for buyer in package.buyers):
        found.append(Fault("buyer.kind", "buyers"))
    rows = (package.buyers, package.requirements, package.criteria, package.prices, package.lots)
    if any(len(one) > MOST_ROWS for one in rows):
        found.append(Fault("list.long", "rows"))
    values = [package.value, *(one.value for one in package.buyers), *(one.value for one in package.lots)]
    if any(one is not None and not (one.amount.is_finite() and 0 <= one.amount <= _LARGEST) for one in values):
        found.append(Fault("value.amount", "value"))
    return found


def _cleaned(thing: Any, name: str = "") -> Any:
    """The same with every text as it can be kept and written into documents."""
    if isinstance(thing, str):
        return clean_text(thing)[:MAX_TEXT] if name in _TEXTS else clean_line(thing)[:MAX_TEXT]
    if isinstance(thing, tuple):
        return tuple(_cleaned(entry, name) for entry in thing)
    if is_dataclass(thing) and not isinstance(thing, type | Money):
        return replace(thing, **{part.name: _cleaned(getattr(thing, part.name), part.name) for part in fields(thing)})
    return thing

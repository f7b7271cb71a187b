"""Asking: waves open and close, people get a ticket each, results are published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock, jobs
from citytandem.core.errors import Conflict, Invalid, NotFound
from citytandem.notifications.contract import mail_send
from citytandem.partnerships.models import CityContact, Survey, SurveyTicket, SurveyWave
from citytandem.partnerships.surveys.building import locked
from citytandem.partnerships.surveys.words import INVITED

# An address that somebody typed in; more at once are sent in several goes.
MOST_ADDRESSES = 500


@dataclass(frozen=True, slots=True)
class Invited:
    """How many were written to, and how many had been asked before."""

    sent: int
    known: int


@transaction.atomic
def wave_open(*, survey_id: UUID, closes_at: datetime | None, everybody: bool, by: Actor) -> SurveyWave:
    """Ask the questions now. `everybody`: under an address that can be passed on; there one person may answer twice.

    Raises Forbidden, NotFound, Invalid without questions or with a past end, Conflict while a wave is open.
    """
    survey = locked(survey_id, by=by)
    now = clock.now()
    if closes_at is not None and closes_at <= now:
        raise Invalid("survey.closes_early", _("It cannot end before it begins."), field="closes_at")
    if not survey.questions.exists():
        raise Invalid("survey.empty", _("A survey needs a question first."))
    last = survey.waves.order_by("-number").first()
    if last is not None and last.closed_at is None:
        raise Conflict("survey.open", _("Close the wave that is open first."))
    if everybody and not survey.is_anonymous:
        told = _("Under an address for everybody nobody gives a name: send invitations, or make the survey anonymous.")
        raise Invalid("survey.open_link_named", told, field="everybody")
    return SurveyWave.objects.create(
        survey=survey, number=last.number + 1 if last else 1, closes_at=closes_at, opened_at=now,
        key=token_urlsafe(18) if everybody else "",
    )  # fmt: skip


@transaction.atomic
def wave_close(*, survey_id: UUID, number: int, by: Actor) -> SurveyWave:
    """No more answers from now on; twice changes nothing. Raises Forbidden, NotFound."""
    wave = _wave(locked(survey_id, by=by), number)
    if wave.closed_at is None:
        wave.closed_at = clock.now()
        wave.save(update_fields=["closed_at"])
        jobs.enqueue("partnerships.survey_texts", queue="heavy", wave_id=str(wave.id))
    return wave


@transaction.atomic
def wave_publish(*, survey_id: UUID, number: int, shown: bool, by: Actor) -> SurveyWave:
    """Show the results to everybody, small numbers hidden, or take them back. Raises Forbidden, NotFound, Conflict if open."""
    wave = _wave(locked(survey_id, by=by), number)
    if wave.closed_at is None:
        raise Conflict(
            "survey.still_open", _("Close the wave first: results that grow tell what the last one answered.")
        )
    wave.published_at, wave.published_by_id = (clock.now(), by.id) if shown else (None, None)
    wave.save(update_fields=["published_at", "published_by"])
    return wave


@transaction.atomic
def invite_contacts(*, survey_id: UUID, number: int, by: Actor) -> Invited:
    """Write to the named contacts of the cities that take part; who was asked in this wave is not asked again.

    Raises Forbidden, NotFound, Conflict if the wave is closed.
    """
    survey = locked(survey_id, by=by)
    wave = _open_wave(survey, number)
    contacts = list(contacts_of(survey))
    asked = set(wave.tickets.exclude(contact=None).values_list("contact_id", flat=True))
    fresh = [one for one in contacts if one.id not in asked]
    before = _pseudonyms(survey, [one.id for one in fresh])
    for one in fresh:
        pseudonym = None if survey.is_anonymous else before.get(one.id, uuid4())
        secret = _ticket(wave, contact=one, pseudonym=pseudonym)
        language = one.languages[0] if one.languages else survey.language
        _send(survey, one.email, language, secret)
    return Invited(len(fresh), len(contacts) - len(fresh))


@transaction.atomic
def invite_addresses(*, survey_id: UUID, number: int, addresses: Iterable[str], language: str, by: Actor) -> Invited:
    """Write to addresses, which are kept nowhere but in the mail until it is sent. For anonymous surveys only.

    Raises Forbidden, NotFound, Invalid for what is no address, Conflict if the wave is closed.
    """
    survey = locked(survey_id, by=by)
    wave = _open_wave(survey, number)
    if not survey.is_anonymous:
        told = _("Only named contacts can be asked in a survey that is not anonymous.")
        raise Invalid("survey.addresses_named", told, field="addresses")
    wanted = list(dict.fromkeys(addresses))
    if len(wanted) > MOST_ADDRESSES:
        many = _("At most %(most)s addresses at once.") % {"most": MOST_ADDRESSES}
        raise Invalid("survey.too_many_addresses", many, field="addresses")
    for address in wanted:
        _send(survey, address, language, _ticket(wave))
    return Invited(len(wanted), 0)


def contacts_of(survey: Survey) -> Iterable[CityContact]:
    """Whom a survey asks: contacts with an address of the cities that sit in the partnerships it is about."""
    today = clock.now().date()
    seats = Q(city__seats__partnership__programme_id=survey.programme_id)
    if survey.partnership_id:
        seats = Q(city__seats__partnership_id=survey.partnership_id)
    rows = CityContact.objects.filter(seats, ~Q(email="")).filter(Q(until=None) | Q(until__gt=today))
    return rows.distinct().order_by("city_id", "is_deputy", "id")


def secret_hash(secret: str) -> str:
    """What is kept of a ticket's address. Random secrets of 256 bits need no salt."""
    return sha256(secret.encode()).hexdigest()


def _ticket(wave: SurveyWave, *, contact: CityContact | None = None, pseudonym: UUID | None = None) -> str:
    secret = token_urlsafe(32)
    SurveyTicket.objects.create(wave=wave, secret_hash=secret_hash(secret), contact=contact, pseudonym=pseudonym)
    return secret


def _pseudonyms(survey: Survey, contacts: Iterable[UUID]) -> dict[UUID, UUID]:
    if survey.is_anonymous:
        return {}
    rows = SurveyTicket.objects.filter(wave__survey=survey, contact__in=list(contacts), pseudonym__isnull=False)
    return {
        contact: pseudonym
        for contact, pseudonym in rows.values_list("contact_id", "pseudonym")
        if contact and pseudonym
    }


def _send(survey: Survey, address: str, language: str, secret: str) -> None:
    title = survey.title.get(language) or survey.title.get("en") or next(iter(survey.title.values()))
    told = {"title": title["text"], "anonymous": "yes" if survey.is_anonymous else ""}
    mail_send(to=address, template=INVITED, language=language, parameters=told, path=f"/surveys/answer/{secret}")


def _wave(survey: Survey, number: int) -> SurveyWave:
    wave = survey.waves.select_for_update().filter(number=number).first()
    if wave is None:
        raise NotFound("survey.wave_unknown", _("There is no such wave of the survey."))
    return wave


def _open_wave(survey: Survey, number: int) -> SurveyWave:
    wave = _wave(survey, number)
    if not is_open(wave):
        raise closed()
    return wave


def is_open(wave: SurveyWave) -> bool:
    """Whether answers are taken now."""
    return wave.closed_at is None and (wave.closes_at is None or clock.now() < wave.closes_at)


def closed() -> Conflict:
    """The refusal of a late answer."""
    return Conflict("survey.closed", _("This survey takes no answers any more."))

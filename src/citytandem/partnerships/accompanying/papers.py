"""What happens to a memorandum: drafted from the record, offered for signature, signed by each city for itself."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.core import clock
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.node import this_node
from citytandem.core.text import clean_line
from citytandem.partnerships.accompanying import reading
from citytandem.partnerships.accompanying.members import contacts_of, member_ids, members_of
from citytandem.partnerships.accompanying.memorandum import Facts, Wording, digest, draft
from citytandem.partnerships.accompanying.shown import reading as shown
from citytandem.partnerships.accompanying.writing import own_record, partnership_locked, record_of, record_write, tell
from citytandem.partnerships.models import MeetingState, Memorandum, Partnership, Signature, Stay
from citytandem.partnerships.selectors import card


@transaction.atomic
def memorandum_draft(*, partnership_id: UUID, by: Actor) -> Memorandum:
    """A new version, composed of what stands in the record, in the language of whoever asks for it."""
    partnership = partnership_locked(partnership_id, by=by)
    number = Memorandum.objects.filter(partnership=partnership, origin="").aggregate(Max("number"))["number__max"] or 0
    values = {
        "title": _("Memorandum of understanding"),
        "text": draft(_facts(partnership), _wording()),
        "number": number + 1,
    }
    row: Memorandum = record_write("memorandum", partnership_id=partnership_id, values=values, by=by)
    return row


@transaction.atomic
def memorandum_offer(memorandum_id: UUID, *, partnership_id: UUID, by: Actor) -> Memorandum:
    """From now on its words stay, and the cities can sign them. Doing it twice changes nothing."""
    partnership = partnership_locked(partnership_id, by=by)
    row: Memorandum = own_record("memorandum", memorandum_id, partnership=partnership)
    if row.offered_on is None:
        text = row.text.get(row.language, {}).get("text", "")
        if not text:
            raise Invalid("memorandum.empty", gettext_lazy("There is nothing to sign yet."), field="text")
        row.offered_on, row.changed_at = timezone.localdate(clock.now()), clock.now()
        row.digest = digest(row.title[row.language]["text"], text)
        row.save()
        tell(row)
    return row


@transaction.atomic
def memorandum_sign(memorandum_id: UUID, *, partnership_id: UUID, function: str, by: Actor) -> Signature:
    """Our city signs a version, its own or a partner's. Signing twice changes nothing.

    function: in which function somebody signs for the city ("mayor"); no name. Raises Invalid without one, Conflict where the
    version is not offered, or this node belongs to no city of the partnership.
    """
    partnership = partnership_locked(partnership_id, by=by)
    row: Memorandum = record_of("memorandum", memorandum_id, partnership=partnership)
    home, told = this_node().home_city, clean_line(function)[:160]
    if home is None or home not in member_ids(partnership):
        raise Conflict("memorandum.not_ours", gettext_lazy("This node belongs to no city of the partnership."))
    if row.offered_on is None:
        raise Conflict("memorandum.not_offered", gettext_lazy("This version is still being written."))
    if not told:
        raise Invalid(
            "memorandum.function_missing", gettext_lazy("Say in which function it is signed."), field="function"
        )
    known = Signature.objects.filter(memorandum=row, city_id=home).first()
    if known is not None:
        return known
    now = clock.now()
    made = Signature.objects.create(
        partnership=partnership, memorandum=row, city_id=home, digest=row.digest, on=timezone.localdate(now),
        language=row.language, title={row.language: {"text": told, "by": "human"}}, created_by_id=by.id,
        created_at=now, changed_at=now,
    )  # fmt: skip
    tell(made)
    return made


def _facts(partnership: Partnership) -> Facts:
    members = members_of(partnership)
    contacts = contacts_of([city.id for city in members])
    names = {city.id: card(city).name_for(get_language() or "en") for city in members}
    planned = [row for row in reading.meetings_of(partnership) if row.state == MeetingState.PLANNED]
    steps = [row for row in reading.milestones_of(partnership) if row.done_on is None]
    return Facts(
        cities=tuple(names.values()),
        twinned_since=partnership.twinning_since,
        topics=tuple(_said(row) for row in reading.topics_of(partnership)),
        steps=tuple((row.due_on, shown(row, "title").text) for row in steps),
        functions=tuple(dict.fromkeys(f"{names[row.city_id]}: {row.function}" for row in contacts if row.function)),
        meetings=tuple(f"{row.starts_at.date().isoformat()}: {shown(row, 'title').text}" for row in reversed(planned)),
        money=tuple(_said(row) for row in reading.fundings_of(partnership)),
        stays=tuple(_stay(row) for row in reading.stays_of(partnership)),
    )


def _stay(row: Stay) -> str:
    start, end = (card(city).name_for(get_language() or "en") for city in (row.from_city, row.to_city))
    return f"{start} → {end}: {shown(row, 'title').text}"


def _said(row: object) -> str:
    title, text = shown(row, "title").text, shown(row, "text").text
    return f"{title}: {text}" if text else title


def _wording() -> Wording:
    return Wording(
        between=_("The cities of {cities} want to work together and agree on the following."),
        twinned=_("They have been twin towns since {since}."),
        topics=_("What we work on"),
        steps=_("What we want to reach"),
        step=_("until {day}: {what}"),
        contact=_("Who is responsible"),
        meetings=_("When we meet"),
        money=_("What we want to apply for together"),
        stays=_("Who works in the other city"),
        closing=_("Each city keeps its own responsibilities. Either can end this agreement with notice."),
    )

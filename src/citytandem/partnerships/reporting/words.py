"""The framing words of reports, in the language that is switched on."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


def report_words() -> Mapping[str, str]:
    """By the keys that `composing` asks for. `{first}` and the like are filled in there."""
    return {**_frame(), **_profile(), **_doubts()}


def _frame() -> dict[str, str]:
    return {
        "source": _("Source"),
        "profile": _("Result profile"),
        "made_from": _("This report was composed from the record: each sentence leads to where it stands there."),
        "span": _("The programme ran from {first} to {last}."),
        "figures": _("Figures"),
        "what": _("What"),
        "number": _("Number"),
        "basis": _("Where it comes from"),
        "counted": _("counted in the record"),
        "stated": _("as the source says"),
        "stated_roughly": _("as the source says; not an exact number"),
        "figure.cities": _("Cities"),
        "figure.countries": _("Countries"),
        "figure.tandems": _("Tandems"),
        "figure.tridems": _("Tridems"),
        "figure.events": _("Events"),
        "figure.other_events": _("Other meetings and events"),
        "figure.applications": _("Applications"),
        "cities": _("Cities"),
        "city": _("City"),
        "country": _("Country"),
        "people": _("People who live there"),
        "partnership": _("Partnership"),
        "picture.map": _("Map of Europe with the cities, and a line between those that worked together."),
        "picture.timeline": _("The events in time, with their numbers."),
        "hollow": _("A hollow point: the date is uncertain."),
        "events": _("Events"),
        "number_short": _("No."),
        "event": _("Event"),
        "date": _("Date"),
        "where": _("Place"),
        "participants": _("Participants"),
        "no_date": _("Without a date"),
        "uncertain": _("date uncertain"),
        "unsaid": _("The source does not say."),
        "event.content": _("What it was about"),
        "event.sessions": _("Sessions"),
        "event.audience": _("For whom"),
        "event.note": _("About the date"),
        "event.countries": _("Countries"),
        "event.cities": _("Cities that were there"),
        "event.findings": _("What the survey found"),
        "event.takeaways": _("What people took home"),
    }


def _profile() -> dict[str, str]:
    return {
        "partnerships": _("Partnerships"),
        "twinned": _("Twin towns since {year}."),
        "status": _("How far it came"),
        "challenges": _("Their challenges"),
        "prior": _("Before the programme"),
        "projects": _("Joint projects"),
        "themes": _("Topics"),
        "results": _("What came of it"),
        "success_factors": _("What helped"),
        "hurdles": _("What got in the way"),
        "remedies": _("What they did about it"),
        "lessons": _("What others can learn from it"),
        "meetings": _("Meetings"),
        "quotes": _("What people said"),
        "answers": _("What the surveys found"),
        "hidden": _("too few to be shown"),
        "works": _("Sources"),
        "work": _("Work"),
    }


def _doubts() -> dict[str, str]:
    return {
        "doubts": _("What does not fit together"),
        "doubts_shown": _("Contradictions in the sources are shown here as they are; nobody has smoothed them."),
        "doubts_found": _("Found by rule in the record:"),
        "no_doubts": _("No contradiction is known."),
        "doubt.weekend": _("{one} is a Saturday or a Sunday."),
        "doubt.order": _("The numbers tell another order than the dates: {one}, then {other}."),
        "doubt.backwards": _("It would end before it began: {one}, then {other}."),
        "doubt.outside": _("{one} lies outside the programme ({other})."),
        "doubt.counts": _("The source says {one}, the record has {other}."),
        "doubt.unknown_member": _("The record does not know the member {one}."),
    }

"""One of each thing of the work of a partnership, for the table of who may do what."""

from __future__ import annotations

from datetime import timedelta

from citytandem.accounts.contract import SYSTEM
from citytandem.core import clock
from citytandem.partnerships.accompanying.meetings import calendar_renew
from citytandem.partnerships.accompanying.results import Noted, Said, finding_write, quote_write
from citytandem.partnerships.accompanying.writing import record_write
from citytandem.partnerships.models import Partnership

_WORK = "/partnerships/<slug>/work"


def work_paths(partnership: Partnership) -> dict[str, dict[str, str]]:
    """What stands for `record_id` where it is no topic."""
    at = {"partnership_id": partnership.id, "by": SYSTEM}
    starts = clock.now() + timedelta(days=7)
    day = starts.date()
    times = {"format": "online", "starts_at": starts, "ends_at": starts + timedelta(hours=1)}
    meeting = record_write("meeting", values={"title": "A talk", **times}, **at)
    action = record_write("action", values={"title": "A list", "city_id": partnership.members[0], "due_on": day}, **at)
    memorandum = record_write("memorandum", values={"title": "Memorandum", "text": "We work together."}, **at)
    ids = {
        "meetings": (meeting.id, ("", "/meeting.ics", "/held", "/cancel")),
        "actions": (action.id, ("/done", "/reopen")),
        "memoranda": (memorandum.id, ("", "/offer", "/sign")),
    }
    return {
        f"{_WORK}/{part}/<record_id>{end}": {"record_id": str(key)} for part, (key, ends) in ids.items() for end in ends
    }


def work_values(partnership: Partnership) -> dict[str, str]:
    """What stands for each parameter of an address below the work page."""
    at = {"partnership_id": partnership.id, "by": SYSTEM}
    topic = record_write("topic", values={"title": "Open data"}, **at)
    return {
        "kind": "topic",
        "record_id": str(topic.id),
        "finding_id": str(finding_write(Noted("hurdle", "Time"), **at).id),
        "key": calendar_renew(**at).key,
        # A seal opens to whoever has the right one; this one is wrong.
        "document_id": str(topic.id),
        "file_id": str(topic.id),
        "seal": "0" * 32,
        "quote_id": str(quote_write(Said("It is worth it.", "Somebody"), **at).id),
    }

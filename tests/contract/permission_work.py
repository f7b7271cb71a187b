"""One of each thing of the work of a partnership, for the table of who may do what."""

from __future__ import annotations

from citytandem.accounts.contract import SYSTEM
from citytandem.partnerships.accompanying.results import Noted, Said, finding_write, quote_write
from citytandem.partnerships.accompanying.writing import record_write
from citytandem.partnerships.models import Partnership


def work_values(partnership: Partnership) -> dict[str, str]:
    """What stands for each parameter of an address below the work page."""
    at = {"partnership_id": partnership.id, "by": SYSTEM}
    topic = record_write("topic", values={"title": "Open data"}, **at)
    return {
        "kind": "topic",
        "record_id": str(topic.id),
        "finding_id": str(finding_write(Noted("hurdle", "Time"), **at).id),
        "quote_id": str(quote_write(Said("It is worth it.", "Somebody"), **at).id),
    }

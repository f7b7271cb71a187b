"""What other modules may ask of moderation: to look at a text that was just written, and why something waits.

Forms include `moderation/parts/trap.html`; pages of things include `moderation/parts/report_link.html` (`kind`, `id`) and,
for their authors, `moderation/parts/held.html` (`notice`, from `notices_of`).
"""

from __future__ import annotations

from citytandem.moderation.checking import register_country
from citytandem.moderation.happened import AppealDecided, AppealReceived, ReportReceived, ThingDecided, ThingHeld
from citytandem.moderation.selectors import Notice, cases_waiting, notices_of
from citytandem.moderation.services.examining import examine
from citytandem.moderation.traps import Trace, trace_of

__all__ = [
    "AppealDecided", "AppealReceived", "Notice", "ReportReceived", "ThingDecided", "ThingHeld", "Trace",
    "cases_waiting", "examine", "notices_of", "register_country", "trace_of",
]  # fmt: skip

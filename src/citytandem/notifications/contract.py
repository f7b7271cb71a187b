"""How other modules tell people something: what there is to tell, in which words, and the functions that do it.

A notice is left inside the caller's transaction and worded when it is sent, in the reader's language. So its parameters
hold ids and codes, never people's names or texts: what was withdrawn or erased in the meantime is not told any more.

Filled in by itself, in every template:
- `title`: of the thing that `about` names, in the reader's language (unless the parameters have one);
- `text`: an excerpt of the thing that the parameter `quote` names, as `"comment:<uuid>"`;
- `by`: the name of the person whose id stands in the parameter `by` (empty: a visitor);
- `city`: the name of the city.
A label that is worded elsewhere (a status, a decision) is handed over as its English msgid and translated when sent.

| kind           | template (`registered.py`) | about        | parameters                                    |
| COMMENT        | comment                    | the record   | by, quote                                     |
| ANSWER         | answer                     | the record   | quote                                         |
| QUESTION       | question                   | the record   | by, quote                                     |
| MENTION        | mention                    | the record   | by, quote                                     |
| STATUS         | status                     | the record   | state (English label)                         |
| DECISION       | moderation_decision        | the thing    | decision (English label)                      |
| REPORT         | report_received            | the thing    | number (of the report)                        |
| REPORT         | report_decided             | the thing    | number, decision (English label)              |
| APPEAL         | appeal_received            | the thing    | -                                             |
| APPEAL         | appeal_decided             | the thing    | decision (English label)                      |
| QUEUE          | moderation_waiting         | the thing    | -                                             |
| NEW_PROBLEM    | department_problem         | the problem  | department (name)                             |
| SERVICE_TIME   | department_due             | the problem  | due (ISO date), department                    |
| SERVICE_TIME   | department_overdue         | the problem  | due (ISO date), department                    |
| INVITATION     | invitation                 | -            | role (English label), place (organisation …)  |

Codes for `why`: FOLLOWING, AUTHOR, DEPARTMENT, MENTIONED, REPORTER, ROLE.
"""

from __future__ import annotations

from citytandem.notifications.addresses import absolute
from citytandem.notifications.calendars import CalendarEvent, calendar, register_calendar
from citytandem.notifications.feeds import FeedEntry, atom_feed, register_activity
from citytandem.notifications.kinds import (
    ANSWER,
    APPEAL,
    COMMENT,
    DECISION,
    INVITATION,
    MENTION,
    NEW_PROBLEM,
    QUESTION,
    QUEUE,
    REPORT,
    SECURITY,
    SERVICE_TIME,
    STATUS,
    NoticeKind,
    register_notice,
)
from citytandem.notifications.registered import AUTHOR, DEPARTMENT, FOLLOWING, MENTIONED, REPORTER, ROLE
from citytandem.notifications.selectors import address_trouble, unread_count
from citytandem.notifications.services.outbox import Told, mail_send, notify, notify_each
from citytandem.notifications.wording import (
    CalendarFile,
    Paragraph,
    TemplateCard,
    check_wording,
    preview,
    register_template,
    register_why,
    templates,
    word,
)

__all__ = [
    "ANSWER", "APPEAL", "AUTHOR", "COMMENT", "DECISION", "DEPARTMENT", "FOLLOWING", "INVITATION", "MENTION",
    "MENTIONED", "NEW_PROBLEM", "QUESTION", "QUEUE", "REPORT", "REPORTER", "ROLE", "SECURITY", "SERVICE_TIME",
    "STATUS", "CalendarEvent", "CalendarFile", "FeedEntry", "NoticeKind", "Paragraph", "TemplateCard", "Told",
    "absolute", "address_trouble", "atom_feed", "calendar", "check_wording", "mail_send", "notify", "notify_each",
    "preview", "register_activity", "register_calendar", "register_notice", "register_template", "register_why",
    "templates", "unread_count", "word",
]  # fmt: skip

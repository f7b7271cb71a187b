"""Leaving notices: within the caller's transaction, so that what was rolled back is told to nobody.

The job that sends them follows once that has committed. Should the process end in between, the one that comes by each
minute finds them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from citytandem.core import clock, jobs
from citytandem.core.errors import Invalid
from citytandem.core.languages import is_language
from citytandem.notifications.kinds import notice_kind
from citytandem.notifications.models import Notice
from citytandem.notifications.wording import template as known_template

# The kind of mails to addresses without a person; not a kind that anybody chooses about.
MAIL = "mail"


def notify(
    *,
    kind: str,
    to: Collection[UUID],
    template: str,
    parameters: Mapping[str, Any],
    about: tuple[str, UUID] | None = None,
    path: str = "",
    why: str = "",
    once: str = "",
) -> None:
    """Tell people something, each in their language and at their pace. One INSERT, whatever their number.

    `about`: the thing told of, as (kind, id); who may not read it when the notice is sent gets none. `path`: the page
    to open; without one that of the thing. `why`: the code of a reason. `once`: a person is told once under this key.
    Raises KeyError for a kind or a template that nobody registered.
    """
    told = [Told(person, about, parameters, path, once) for person in dict.fromkeys(to)]
    notify_each(told, kind=kind, template=template, why=why)


@dataclass(frozen=True, slots=True)
class Told:
    """What one person is told: see `notify`."""

    person: UUID
    about: tuple[str, UUID] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    once: str = ""


def notify_each(told: Sequence[Told], *, kind: str, template: str, why: str = "") -> None:
    """As `notify`, where each is told of something else. One INSERT, whatever their number."""
    notice_kind(kind)
    known_template(template)
    now = clock.now()
    rows = [
        Notice(
            person_id=one.person,
            kind=kind,
            template=template,
            parameters=dict(one.parameters),
            about_kind=one.about[0] if one.about else "",
            about_id=one.about[1] if one.about else None,
            path=one.path,
            why=why,
            once=one.once,
            created_at=now,
            send_after=now,
        )
        for one in told
    ]
    # People wait for a letter that they asked for; of what others do they hear a moment later, all at once.
    _leave(rows, gather=True)


def mail_send(
    *, to: str, template: str, language: str, parameters: Mapping[str, Any], path: str = "", once: str = ""
) -> None:
    """Write to an address without a person: a confirmation, an invitation. `path`: what the button opens.

    What it said is forgotten once it is sent. Raises Invalid for what is no address, KeyError for an unknown template.
    """
    known_template(template)
    try:
        validate_email(to)
    except ValidationError as error:
        raise Invalid("mail.address", _("This is not an e-mail address."), field="email") from error
    now = clock.now()
    row = Notice(
        address=to,
        language=language if is_language(language) else "",
        kind=MAIL,
        template=template,
        parameters=dict(parameters),
        path=path,
        once=once,
        is_new=False,
        created_at=now,
        send_after=now,
    )
    _leave([row])


def _leave(rows: list[Notice], *, gather: bool = False) -> None:
    if not rows:
        return
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    once = "notifications.deliver.gathered" if gather else "notifications.deliver"
    jobs.enqueue_after_commit("notifications.deliver", once=once, gather=gather)

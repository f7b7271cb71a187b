"""Letters of notices: of one, or of all that a person gets collected."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citytandem.core.node import this_node
from citytandem.notifications.addresses import absolute
from citytandem.notifications.composing import Item, Letter, compose
from citytandem.notifications.kinds import known_kind
from citytandem.notifications.services.sorting import Ready
from citytandem.notifications.tokens import unsubscribe_token
from citytandem.notifications.wording import Paragraph, files_of, why_sentence, word

log = logging.getLogger(__name__)


def written(make: Callable[[], Letter]) -> EmailMessage | str:
    """The mail; or what went wrong. A wording that fails is one template's mistake and must not keep back the others."""
    try:
        return compose(make())
    except Exception as error:
        log.exception("a notice could not be worded")
        return f"{type(error).__name__}: {error}"


def letter_of(one: Ready) -> Letter:
    """The letter of one notice."""
    notice, resolved = one.notice, one.resolved
    kind = known_kind(notice.kind)
    with translation.override(resolved.language):
        wording = word(notice.template, resolved.parameters)
        return Letter(
            to=one.to,
            language=resolved.language,
            subject=wording.subject,
            items=[Item(wording.body, wording.action, absolute(resolved.path) if resolved.path else "")],
            message_id=notice.message_id,
            whys=[sentence] if (sentence := why_sentence(notice.why)) else [],
            for_person=notice.person_id is not None,
            unsubscribe=_stop(one, notice.kind),
            list_id="" if _is_owed(one) else notice.kind,
            list_name=str(kind.label) if kind else "",
            files=files_of(notice.template, resolved.parameters),
        )


def collected(ready: Sequence[Ready], *, more: int) -> Letter:
    """One letter of many notices of one person, grouped by what they are about, in the order in which it began.

    `more`: how many further ones stand in the list.
    """
    first = ready[0]
    groups: dict[object, list[Ready]] = {}
    for one in ready:
        groups.setdefault((one.notice.about_kind, one.notice.about_id or one.notice.id), []).append(one)
    with translation.override(first.resolved.language):
        items = [_item(group) for group in groups.values()]
        if more:
            told = ngettext("One more thing is new.", "%(n)s more things are new.", more) % {"n": more}
            items.append(Item([Paragraph(told)], _("See everything"), absolute("/notifications"), _("And more")))
        total = len(ready) + more
        news = ngettext("%(city)s: one thing is new", "%(city)s: %(n)s things are new", total)
        return Letter(
            to=first.to,
            language=first.resolved.language,
            subject=news % {"city": this_node().name, "n": total},
            intro=_("This is what happened since the last collected e-mail."),
            items=items,
            message_id=first.notice.message_id,
            whys=tuple(dict.fromkeys(filter(None, (why_sentence(one.notice.why) for one in ready)))),
            unsubscribe=_stop(first, ""),
            list_id="collected",
            list_name=_("Collected e-mails"),
        )


def _item(group: Sequence[Ready]) -> Item:
    wordings = [word(one.notice.template, one.resolved.parameters) for one in group]
    last = group[-1].resolved
    body = [paragraph for wording in wordings for paragraph in wording.body]
    return Item(body, wordings[-1].action, absolute(last.path), heading=last.title or wordings[-1].subject)


def _stop(one: Ready, kind: str) -> str:
    """The token that stops this kind of e-mail; empty where nothing can be stopped."""
    person = one.notice.person_id
    return "" if person is None or _is_owed(one) else unsubscribe_token(person, kind)


def _is_owed(one: Ready) -> bool:
    """Whether it comes whatever the receiver has chosen."""
    kind = known_kind(one.notice.kind)
    return kind is None or kind.is_service or one.notice.person_id is None

"""What mails of events say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from citytandem.notifications.contract import CalendarFile, Paragraph, register_template
from citytandem.notifications.wording import Parameters
from citytandem.partnerships.convening import calendars, telling

_EXAMPLE: dict[str, Any] = {
    "title": gettext_lazy("Network meeting"), "when": "2026-05-12, 10:00–12:00", "where": "Krefeld", "reason": "",
    "link": "",
}  # fmt: skip


def register_all() -> None:
    """Called once when Django is ready."""
    for name, label, subject, sentences in _TEMPLATES:
        register_template(
            name,
            label=label,
            subject=_subject(subject),
            body=_body(sentences),
            action=gettext_lazy("Confirm or cancel")
            if name == telling.CONFIRM
            else gettext_lazy("See your registration"),
            example=_EXAMPLE,
            files=_files,
        )


_TEMPLATES: Sequence[tuple[str, Any, Any, Sequence[Any]]] = (
    (telling.CONFIRM, gettext_lazy("Event: confirm the registration"), gettext_lazy("Please confirm: %(title)s"), (
        gettext_lazy("Somebody registered this address for “%(title)s”. Please confirm that you want to come."),
        gettext_lazy("If it was not you, do nothing: the registration is deleted after two days."))),
    (telling.REGISTERED, gettext_lazy("Event: registered"), gettext_lazy("You are registered: %(title)s"), (
        gettext_lazy("You are registered for “%(title)s”."),
        gettext_lazy("If you cannot come, please cancel: somebody else gets the place."))),
    (telling.KNOWN, gettext_lazy("Event: registered already"), gettext_lazy("You are registered already: %(title)s"), (
        gettext_lazy("Somebody registered this address for “%(title)s” again. Nothing has changed."),)),
    (telling.WAITING, gettext_lazy("Event: on the waiting list"), gettext_lazy("You are on the waiting list: %(title)s"), (
        gettext_lazy("All places for “%(title)s” are taken. You are on the waiting list."),
        gettext_lazy("We write to you as soon as a place is free. If you cannot come any more, please cancel."))),
    (telling.ADMITTED, gettext_lazy("Event: a place became free"), gettext_lazy("A place for you: %(title)s"), (
        gettext_lazy("A place became free: you are registered for “%(title)s” now."),
        gettext_lazy("If you cannot come, please cancel: somebody else gets the place."))),
    (telling.CHANGED, gettext_lazy("Event: time or place changed"), gettext_lazy("Changed: %(title)s"), (
        gettext_lazy("The time or place of “%(title)s” has changed. It is now as follows."),
        gettext_lazy("If you cannot come any more, please cancel."))),
    (
        telling.LEFT,
        gettext_lazy("Event: registration cancelled"),
        gettext_lazy("Cancelled: %(title)s"),
        (gettext_lazy("Your registration is cancelled."),),
    ),
    (telling.CANCELLED, gettext_lazy("Event: cancelled"), gettext_lazy("Cancelled: %(title)s"), (
        gettext_lazy("“%(title)s” does not take place."),)),
)  # fmt: skip


def _subject(sentence: Any) -> Callable[[Parameters], str]:
    return lambda told: str(sentence) % {"title": told["title"]}


def _body(sentences: Sequence[Any]) -> Callable[[Parameters], list[Paragraph]]:
    def told(parameters: Parameters) -> list[Paragraph]:
        first, *rest = (str(sentence) % {"title": parameters["title"]} for sentence in sentences)
        facts = [parameters["reason"], parameters["when"], parameters["where"]]
        if parameters["link"]:
            facts.append(_("Join online: %(link)s") % {"link": parameters["link"]})
        return [Paragraph(text) for text in (first, *facts, *rest) if text]

    return told


def _files(parameters: Parameters) -> list[CalendarFile]:
    content = calendars.file_of(parameters["plan"], language=get_language() or "en") if parameters.get("plan") else None
    return [CalendarFile("event.ics", content)] if content else []

"""Letters of modules below this one (`core.letters`): their wordings are templates here, their letters leave here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from citytandem.core import letters
from citytandem.core.letters import Letter
from citytandem.notifications import wording
from citytandem.notifications.services.outbox import mail_send
from citytandem.notifications.wording import Paragraph, TemplateCard, Wording, fill, register_template


class Office:
    """`core.letters.Post`, by the outbox and the templates of this module."""

    def send(
        self, *, to: str, template: str, language: str, parameters: Mapping[str, Any], path: str = "", once: str = ""
    ) -> None:
        """See Post."""
        mail_send(to=to, template=template, language=language, parameters=parameters, path=path, once=once)

    def templates(self, language: str) -> Sequence[TemplateCard]:
        """See Post."""
        return wording.templates(language)

    def check(self, name: str, text: str, *, field: str) -> str:
        """See Post."""
        return wording.check_wording(name, text, field=field)

    def preview(self, name: str, *, language: str, subject: str = "", body: str = "") -> Wording:
        """See Post."""
        return wording.preview(name, language=language, subject=subject, body=body)


def register_all() -> None:
    """Called once when Django is ready, after the modules below have registered their letters."""
    for letter in letters.letters():
        _register(letter)
    letters.deliver_by(Office())


def _register(letter: Letter) -> None:
    register_template(
        letter.name,
        label=letter.label,
        subject=lambda parameters: fill(str(letter.subject), parameters),
        body=lambda parameters: [Paragraph(part) for part in fill(str(letter.body), parameters).split("\n\n")],
        action=letter.action,
        example=letter.example,
    )

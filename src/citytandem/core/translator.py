"""Machine translation of content: one interface over the services that an operator can configure; without one, none.

`CITYTANDEM_TRANSLATOR` names the service: `libretranslate`, `etranslation`, or nothing. What a translator gives is
always kept and shown as by a machine.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from citytandem.core.errors import Unavailable
from citytandem.core.outbound import OutboundFailed, is_address, post_json

logger = logging.getLogger(__name__)

# A translation is that much longer than its original at most; a service that gives more is not translating.
LONGEST_BY = 10
_LINES = re.compile(r"(\n+)")
_SENTENCES = re.compile(r"((?<=[.!?;·])\s+)")


class Translator(Protocol):
    """Turns texts of one of the nine languages into another."""

    @property
    def name(self) -> str:
        """Names the service, for logs and pages."""

    def translate(self, texts: Sequence[str], *, source: str, target: str, reference: str = "") -> list[str] | None:
        """The translations, one per text and in their order.

        None where the service answers later: it then calls this node at its delivery address, under `reference`.
        Raises Unavailable.
        """


def has_translator() -> bool:
    """Whether the operator has configured one; asks nobody."""
    return bool(settings.TRANSLATOR)


def translator() -> Translator | None:
    """The translator that this node is configured for, or None. Raises ImproperlyConfigured."""
    if not settings.TRANSLATOR:
        return None
    if settings.TRANSLATOR == "libretranslate":
        return LibreTranslate(url=_address("TRANSLATOR_URL"), key=settings.TRANSLATOR_KEY)
    if settings.TRANSLATOR == "etranslation":
        from citytandem.core.etranslation import ETranslation

        return ETranslation.configured()
    raise ImproperlyConfigured("CITYTANDEM_TRANSLATOR is libretranslate, etranslation or empty.")


def _address(setting: str) -> str:
    url = str(getattr(settings, setting))
    if not is_address(url):
        raise ImproperlyConfigured(f"CITYTANDEM_{setting} has to be a web address (https://…).")
    return url


class LibreTranslate:
    """A LibreTranslate server: `POST /translate` with several texts at once.

    Servers can limit how long a request is (2,000 characters where it is hosted). So texts go line by line, long lines
    sentence by sentence, as many to a request as fit; line breaks come back where they were. A single sentence longer
    than a request is sent as it is, and the server may refuse it.
    """

    name = "LibreTranslate"
    most_characters = 1_800
    most_pieces = 40

    def __init__(self, *, url: str, key: str = "", seconds: float = 60.0) -> None:
        self.url = url.rstrip("/") + "/translate"
        self.key = key
        self.seconds = seconds

    def translate(
        self,
        texts: Sequence[str],
        *,
        source: str,
        target: str,
        reference: str = "",  # noqa: ARG002 - for services that answer later
    ) -> list[str]:
        """See Translator. Answers at once."""
        parts = [list(_parts(text, most=self.most_characters)) for text in texts]
        wanted = list(dict.fromkeys(part for text in parts for part in text if part.strip()))
        known: dict[str, str] = {}
        for batch in _batches(wanted, most=self.most_characters, pieces=self.most_pieces):
            known |= zip(batch, self._ask(batch, source=source, target=target), strict=True)
        return ["".join(known.get(part, part) for part in text) for text in parts]

    def _ask(self, texts: Sequence[str], *, source: str, target: str) -> list[str]:
        body: dict[str, Any] = {"q": list(texts), "source": source, "target": target, "format": "text"}
        if self.key:
            body["api_key"] = self.key
        try:
            answer = post_json(self.url, body, seconds=self.seconds)
        except OutboundFailed as error:
            raise unavailable(self.name, str(error)) from error
        return checked(answer.get("translatedText") if isinstance(answer, dict) else None, texts, name=self.name)


def checked(translated: Any, texts: Sequence[str], *, name: str) -> list[str]:
    """`translated`, if it is one text for each of `texts` and none grew beyond measure. Raises Unavailable."""
    if not isinstance(translated, list) or not all(isinstance(text, str) for text in translated):
        raise unusable(name, "texts were expected")
    if len(translated) != len(texts):
        raise unusable(name, f"{len(texts)} texts sent, {len(translated)} came back")
    if any(len(new) > LONGEST_BY * (len(old) + 20) for new, old in zip(translated, texts, strict=True)):
        raise unusable(name, "a translation is far longer than its original")
    return translated


def unavailable(name: str, reason: str) -> Unavailable:
    """The error to raise where a service does not answer; the reason is for the operator's log."""
    logger.warning("%s: %s", name, reason)
    return Unavailable("translator.unavailable", _("The translation service does not answer at the moment."))


def unusable(name: str, reason: str) -> Unavailable:
    """The error to raise where an answer is not what was agreed."""
    logger.warning("%s: %s", name, reason)
    return Unavailable("translator.unusable", _("The translation service gave an answer that cannot be used."))


def _parts(text: str, *, most: int) -> Iterator[str]:
    """Lines, or sentences of long lines, with the white space between them; joined they are the text again."""
    for line in _LINES.split(text):
        if len(line) <= most:
            yield line
        else:
            yield from _SENTENCES.split(line)


def _batches(texts: Sequence[str], *, most: int, pieces: int) -> Iterator[list[str]]:
    batch: list[str] = []
    for text in texts:
        if batch and (len(batch) == pieces or sum(map(len, batch)) + len(text) > most):
            yield batch
            batch = []
        batch.append(text)
    if batch:
        yield batch

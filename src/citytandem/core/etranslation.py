"""eTranslation, the European Commission's machine translation for public administrations, by its REST API version 2.

The service is asynchronous throughout: `POST …/askTranslate` only accepts an order; the translation is delivered later
by a POST to an address that the order names. There is no call that waits for the translation or fetches it. So:

- The node has to be reachable from the Commission's servers at `CITYTANDEM_TRANSLATOR_CALLBACK`, by HTTPS.
- Deliveries carry no signature. The only proof is the address itself, which therefore ends in a reference that whoever
  ordered has signed and checks again; it is good for one order.
- A delivery can come twice, or never: whoever ordered must cope with both, and nothing waits for it.
- The limits are the Commission's: who may have an account, 50 orders under way, 20 MB each.

One order holds all texts of one language as one small HTML document (snippets end at 5,000 characters).
Documentation: https://language-tools.ec.europa.eu/dev-corner/etranslation/rest-v2/introduction
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from citytandem.core.outbound import OutboundFailed, is_address, post_json
from citytandem.core.translator import checked, unavailable, unusable

NAME = "eTranslation"
SERVICE = "https://language-tools.ec.europa.eu/etranslation/api"
# Where on this node deliveries arrive; the reference of the order follows.
DELIVERIES = "translations"
MOST_BYTES = 2_000_000
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_WHITE = re.compile(r"[ \t\r\n\f]+")


class ETranslation:
    """See the module. `application` and `password` are those of the account; `callback` is this node's own address."""

    name = NAME

    def __init__(self, *, url: str, application: str, password: str, callback: str, seconds: float = 30.0) -> None:
        self.url = url.rstrip("/") + "/askTranslate"
        self.sign_in = (application, password)
        self.callback = callback.rstrip("/")
        self.seconds = seconds

    @classmethod
    def configured(cls) -> ETranslation:
        """As the settings say. Raises ImproperlyConfigured."""
        url, callback = settings.TRANSLATOR_URL or SERVICE, settings.TRANSLATOR_CALLBACK
        if not is_address(url):
            raise ImproperlyConfigured("CITYTANDEM_TRANSLATOR_URL has to be a web address (https://…).")
        if not settings.TRANSLATOR_NAME or not settings.TRANSLATOR_KEY:
            raise ImproperlyConfigured("eTranslation needs CITYTANDEM_TRANSLATOR_NAME and CITYTANDEM_TRANSLATOR_KEY.")
        parts = urlsplit(callback) if is_address(callback) else None
        if parts is None or (parts.scheme != "https" and parts.hostname not in _LOOPBACK):
            raise ImproperlyConfigured("eTranslation needs CITYTANDEM_TRANSLATOR_CALLBACK: this node's https address.")
        return cls(url=url, application=settings.TRANSLATOR_NAME, password=settings.TRANSLATOR_KEY, callback=callback)

    def translate(self, texts: Sequence[str], *, source: str, target: str, reference: str = "") -> None:
        """Order the translations; they come to the delivery address with `reference`. Raises Unavailable."""
        address = f"{self.callback}/{DELIVERIES}/{reference}"
        order = {
            "sourceLanguage": source.upper(),
            "targetLanguages": [target.upper()],
            "domain": "GEN",
            "documentToTranslate": {
                "document": {"format": "html", "content": base64.b64encode(_document(texts, source)).decode()}
            },
            "deliveries": {"http": address},
            "notifications": {"success": {"http": address}, "failure": {"http": address}},
            "callerInformation": {"externalReference": reference[:32]},
        }
        try:
            answer = post_json(self.url, order, seconds=self.seconds, sign_in=self.sign_in)
        except OutboundFailed as error:
            raise unavailable(NAME, str(error)) from error
        told = answer if isinstance(answer, dict) else {"requestId": answer}
        number = told.get("requestId")
        if isinstance(number, str) and number.isdecimal():
            number = int(number)
        if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
            # Refusals come with status 200 and a negative number.
            raise unavailable(NAME, f"the order was refused: {told.get('errorCode', number)!r:.40}")


def read_delivery(raw: bytes, *, texts: Sequence[str]) -> list[str] | None:
    """The translations of `texts` in what eTranslation delivered; None for a mere notification.

    Raises Unavailable where it reports a failure, or where the document does not fit the order.
    """
    told = _told(raw)
    if told.get("errorCode") is not None:
        raise unavailable(NAME, f"the order failed: {told['errorCode']!r:.40}")
    content = told.get("result")
    if content is None:
        return None
    try:
        document = base64.b64decode(content, validate=False).decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError, TypeError, ValueError) as error:
        raise unusable(NAME, "the document cannot be read") from error
    return checked(_texts(document), texts, name=NAME)


def _told(raw: bytes) -> Mapping[str, Any]:
    if len(raw) > MOST_BYTES:
        raise unusable(NAME, f"the delivery is longer than {MOST_BYTES} bytes")
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise unusable(NAME, "the delivery is not JSON") from error
    if not isinstance(told, dict):
        raise unusable(NAME, "the delivery is not an object")
    return told


def _document(texts: Sequence[str], language: str) -> bytes:
    """The texts as HTML, which the service translates with its structure: a section each, paragraphs, line breaks."""
    sections = "".join(f"<section>{_paragraphs(text)}</section>" for text in texts)
    head = '<head><meta charset="utf-8"><title></title></head>'
    return f'<!DOCTYPE html><html lang="{language}">{head}<body>{sections}</body></html>'.encode()


def _paragraphs(text: str) -> str:
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    return "".join("<p>" + "<br>".join(escape(line) for line in part.split("\n")) + "</p>" for part in paragraphs)


def _texts(document: str) -> list[str]:
    parser = _Sections()
    parser.feed(document)
    parser.close()
    return [_plain(text) for text in parser.sections]


def _plain(text: str) -> str:
    paragraphs = ["\n".join(line.strip() for line in part.split("\n")).strip() for part in text.split("\f")]
    return "\n\n".join(part for part in paragraphs if part)


class _Sections(HTMLParser):
    """Collects the text of each section: a form feed ends a paragraph, a line feed a line; other white space is one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[list[str]] = []
        self._is_inside = False

    @property
    def sections(self) -> list[str]:
        """The texts so far."""
        return ["".join(parts) for parts in self._parts]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        """See HTMLParser."""
        if tag == "section":
            self._parts.append([])
            self._is_inside = True
        elif tag == "br":
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        """See HTMLParser."""
        if tag == "section":
            self._is_inside = False
        elif tag == "p":
            self._add("\f")

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        self._add(_WHITE.sub(" ", data))

    def _add(self, text: str) -> None:
        if self._is_inside:
            self._parts[-1].append(text)

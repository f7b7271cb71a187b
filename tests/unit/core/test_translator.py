"""The translators, each against a stand-in of its service on loopback."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from citytandem.core.errors import Unavailable
from citytandem.core.etranslation import ETranslation, read_delivery
from citytandem.core.translator import LibreTranslate, has_translator, translator
from tests.unit.core.stand_in_service import Answer, Asked, service

TEXTS = ["Bins overflow", "Every Saturday. Since May!\n\nAt the market;\nnear <the> fountain & the “old” oak."]


def shouting(asked: Asked) -> Answer:
    """LibreTranslate, for a language that is English in capitals."""
    return Answer({"translatedText": [text.upper() for text in asked.body["q"]]})


def libre(url: str, **more: Any) -> LibreTranslate:
    return LibreTranslate(url=url, **more)


def etranslation(url: str, **more: Any) -> ETranslation:
    return ETranslation(url=url, application="a-city", password="secret", callback="https://node.example/", **more)


def test_libretranslate_translates_in_order_and_keeps_line_breaks() -> None:
    with service(shouting) as running:
        assert libre(running.url).translate(TEXTS, source="en", target="de") == [text.upper() for text in TEXTS]
    [asked] = running.asked
    assert asked.path == "/translate"
    assert asked.body["source"] == "en"
    assert asked.body["target"] == "de"
    assert asked.body["format"] == "text"
    assert "api_key" not in asked.body


def test_libretranslate_gets_its_key_in_the_body() -> None:
    with service(shouting) as running:
        libre(running.url + "/", key="k3y").translate(["One"], source="en", target="de")
    assert running.asked[0].path == "/translate"
    assert running.asked[0].body["api_key"] == "k3y"


def test_libretranslate_sends_long_texts_in_batches_that_a_server_takes() -> None:
    sentence = "The gym is heated on Sundays although nobody is in it. "
    text = sentence * 100 + "\n" + "Line.\n" * 100
    with service(shouting) as running:
        assert libre(running.url).translate([text, "Title"], source="en", target="fr") == [text.upper(), "TITLE"]
    sizes = [sum(map(len, asked.body["q"])) for asked in running.asked]
    assert max(sizes) <= LibreTranslate.most_characters
    assert max(len(asked.body["q"]) for asked in running.asked) <= LibreTranslate.most_pieces


def test_libretranslate_is_not_asked_about_nothing() -> None:
    with service(shouting) as running:
        assert libre(running.url).translate(["", " \n "], source="en", target="de") == ["", " \n "]
    assert running.asked == []


WRONG: dict[str, Answer] = {
    "refused": Answer({"error": "zz is not supported"}, status=400),
    "broken": Answer(raw=b"<html>oops", status=500),
    "not JSON": Answer(raw=b"<html>fine"),
    "deeply nested": Answer(raw=b"[" * 200_000),
    "another shape": Answer(["ONE"]),
    "a text for a list": Answer({"translatedText": "ONE"}),
    "too few": Answer({"translatedText": ["ONE"]}),
    "too many": Answer({"translatedText": ["ONE", "TWO", "THREE"]}),
    "not texts": Answer({"translatedText": [1, None]}),
    "a novel": Answer({"translatedText": ["ONE", "TWO " * 500]}),
    "huge": Answer({"translatedText": ["x" * 3_000_000, "TWO"]}),
    "elsewhere": Answer(status=302, raw=b"", headers={"Location": "http://127.0.0.1:9/translate"}),
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG.keys())
def test_libretranslate_takes_no_answer_but_the_agreed_one(answer: Answer) -> None:
    with service(lambda _: answer) as running, pytest.raises(Unavailable):
        libre(running.url).translate(["One", "Two"], source="en", target="de")
    assert len(running.asked) == 1


def test_a_service_that_does_not_answer_is_given_up() -> None:
    with service(lambda _: Answer({"translatedText": ["ONE"]}, slowly=0.05)) as running:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            libre(running.url, seconds=0.3).translate(["One"], source="en", target="de")
        with pytest.raises(Unavailable):
            etranslation(running.url, seconds=0.3).translate(["One"], source="en", target="de")
    assert time.monotonic() - began < 3


def test_a_service_that_is_not_there_is_told_without_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    with service(shouting) as gone:
        pass
    with caplog.at_level(logging.WARNING), pytest.raises(Unavailable) as raised:
        libre(gone.url, key="k3y").translate(["My neighbour's name"], source="en", target="de")
    assert raised.value.status == 503
    assert "127.0.0.1" in caplog.text
    assert "neighbour" not in caplog.text
    assert "k3y" not in caplog.text


def test_etranslation_is_given_an_order_with_the_address_for_the_delivery() -> None:
    with service(lambda _: Answer({"requestId": 4711})) as running:
        assert etranslation(running.url).translate(TEXTS, source="en", target="el", reference="r:e-f") is None
    [asked] = running.asked
    assert asked.path == "/askTranslate"
    assert asked.headers["Authorization"] == "Basic " + base64.b64encode(b"a-city:secret").decode()
    assert (asked.body["sourceLanguage"], asked.body["targetLanguages"]) == ("EN", ["EL"])
    address = "https://node.example/translations/r:e-f"
    assert asked.body["deliveries"] == {"http": address}
    assert asked.body["notifications"] == {"success": {"http": address}, "failure": {"http": address}}
    document = asked.body["documentToTranslate"]["document"]
    assert document["format"] == "html"
    html = base64.b64decode(document["content"]).decode()
    assert "<section><p>Bins overflow</p></section>" in html
    assert "near &lt;the&gt; fountain &amp; the" in html


REFUSALS: dict[str, Answer] = {
    "an error": Answer({"errorCode": -11200, "errorMessage": "QUOTA_EXCEEDED"}),
    "a negative number": Answer({"requestId": -20028}),
    "a bare negative number": Answer(-20028),
    "no number": Answer({"requestId": "soon"}),
    "nothing": Answer(raw=b""),
    "not signed in": Answer({"error": "Unauthorized"}, status=401),
    "elsewhere": Answer(status=307, raw=b"", headers={"Location": "http://127.0.0.1:9/"}),
    "huge": Answer({"requestId": 1, "more": "x" * 3_000_000}),
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS.keys())
def test_etranslation_says_when_an_order_is_refused(answer: Answer) -> None:
    with service(lambda _: answer) as running, pytest.raises(Unavailable):
        etranslation(running.url).translate(["One"], source="en", target="de", reference="r")


def delivery(change: Callable[[str], str], texts: list[str] = TEXTS) -> bytes:
    """What eTranslation would deliver, if its translation were `change` of the document."""
    with service(lambda _: Answer({"requestId": 1})) as running:
        etranslation(running.url).translate(texts, source="en", target="de", reference="r")
    html = base64.b64decode(running.asked[0].body["documentToTranslate"]["document"]["content"]).decode()
    result = base64.b64encode(change(html).encode()).decode()
    return json.dumps({"requestId": 1, "targetLanguage": "DE", "result": result}).encode()


def test_a_delivery_is_read_back_into_the_texts() -> None:
    assert read_delivery(delivery(lambda html: html), texts=TEXTS) == TEXTS


def test_a_delivery_may_be_indented_and_lack_what_html_may_lack() -> None:
    def change(html: str) -> str:
        return html.replace("<p>", "\n   <P class='x'>\n  ").replace("<br>", "\n <br/> ").replace("</p>", "\n</P> ")

    assert read_delivery(delivery(change), texts=TEXTS) == TEXTS


@pytest.mark.parametrize("change", [lambda _: "", lambda html: html.replace("<section>", "<div>", 1)])
def test_a_delivery_with_too_few_texts_is_refused(change: Callable[[str], str]) -> None:
    with pytest.raises(Unavailable):
        read_delivery(delivery(change), texts=TEXTS)


def test_a_delivery_with_too_many_texts_is_refused() -> None:
    with pytest.raises(Unavailable):
        read_delivery(delivery(lambda html: html.replace("</body>", "<section>More</section></body>")), texts=TEXTS)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"[" * 100_000,
        b'{"result": 5}',
        b'{"result": "not base64 \xc3\xa4"}',
        b'{"result": "/////w=="}',
        b'{"errorCode": -1, "errorMessage": "no engine"}',
        json.dumps({"result": "A" * 3_000_000}).encode(),
    ],
)
def test_a_delivery_that_cannot_be_used_is_refused(raw: bytes) -> None:
    with pytest.raises(Unavailable):
        read_delivery(raw, texts=["One"])


def test_a_mere_notification_brings_nothing() -> None:
    assert read_delivery(b'{"requestId": 1, "targetLanguage": "DE"}', texts=["One"]) is None


def test_without_configuration_there_is_no_translator(settings: Any) -> None:
    settings.TRANSLATOR = ""
    assert translator() is None
    assert has_translator() is False


def test_the_configured_translator_is_made(settings: Any) -> None:
    settings.TRANSLATOR, settings.TRANSLATOR_URL, settings.TRANSLATOR_KEY = (
        "libretranslate",
        "http://mt.city:5000/",
        "k",
    )
    made = translator()
    assert isinstance(made, LibreTranslate)
    assert (made.name, made.url, made.key) == ("LibreTranslate", "http://mt.city:5000/translate", "k")
    settings.TRANSLATOR, settings.TRANSLATOR_URL = "etranslation", ""
    settings.TRANSLATOR_NAME, settings.TRANSLATOR_CALLBACK = "a-city", "https://node.example"
    ordered = translator()
    assert isinstance(ordered, ETranslation)
    assert ordered.name == "eTranslation"
    assert ordered.url == "https://language-tools.ec.europa.eu/etranslation/api/askTranslate"


@pytest.mark.parametrize(
    "wrong",
    [
        {"TRANSLATOR": "babelfish"},
        {"TRANSLATOR": "libretranslate", "TRANSLATOR_URL": ""},
        {"TRANSLATOR": "libretranslate", "TRANSLATOR_URL": "file:///etc/passwd"},
        {"TRANSLATOR": "libretranslate", "TRANSLATOR_URL": "http://user:word@mt.city/"},
        {"TRANSLATOR": "libretranslate", "TRANSLATOR_URL": "http://[::1/"},
        {"TRANSLATOR": "etranslation", "TRANSLATOR_URL": "ftp://ec.europa.eu"},
        {"TRANSLATOR": "etranslation", "TRANSLATOR_NAME": ""},
        {"TRANSLATOR": "etranslation", "TRANSLATOR_KEY": ""},
        {"TRANSLATOR": "etranslation", "TRANSLATOR_CALLBACK": ""},
        {"TRANSLATOR": "etranslation", "TRANSLATOR_CALLBACK": "http://node.example"},
    ],
)
def test_a_wrong_configuration_is_told(settings: Any, wrong: dict[str, str]) -> None:
    right = {
        "TRANSLATOR_URL": "",
        "TRANSLATOR_KEY": "k",
        "TRANSLATOR_NAME": "n",
        "TRANSLATOR_CALLBACK": "https://n.example",
    }
    for name, value in (right | wrong).items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured):
        translator()

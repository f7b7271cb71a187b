"""E-mails: their headers, their language, their words, and one click to stop them."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.test.utils import override_settings
from hypothesis import given
from hypothesis import strategies as st

from citytandem.accounts.models import Person
from citytandem.core.errors import Invalid
from citytandem.core.languages import LANGUAGES
from citytandem.notifications import contract as notices
from citytandem.notifications.composing import ink_on
from citytandem.notifications.models import Notice, Preference
from citytandem.notifications.services.delivery import deliver_due
from citytandem.streams.models import Problem
from tests.integration.notifications.post import Server, people


def tell(person: Person, problem: Problem, **more: Any) -> None:
    """An official answer with a quote."""
    values: dict[str, Any] = {
        "kind": notices.ANSWER,
        "template": "answer",
        "parameters": {"quote": f"problem:{problem.id}"},
        "about": ("problem", problem.id),
        "why": notices.FOLLOWING,
    }
    notices.notify(to=[person.id], **{**values, **more})


def sent(server: Server) -> EmailMessage:
    """The one mail that leaves now."""
    before = len(server.mails)
    deliver_due()
    assert len(server.mails) == before + 1
    return server.mails[-1]


def part(mail: EmailMessage, kind: str) -> str:
    """The text or the HTML of a mail."""
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_the_headers_are_those_that_mail_programs_go_by(problem: Problem, server: Server) -> None:
    (person,) = people(1)
    tell(person, problem)
    mail = sent(server)
    assert mail["Subject"] == "Krefeld answers: Bins overflow"
    assert mail["From"] == "Krefeld <no-reply@krefeld.example>"
    assert mail["To"] == person.email
    assert mail["Content-Language"] == "en"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "bulk"
    assert mail["List-Id"] == "Official answers <answer.krefeld.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(
        r"<https://krefeld\.example/notifications/unsubscribe/[\w:-]+>", mail["List-Unsubscribe"].strip()
    )
    assert re.fullmatch(r"<[0-9a-f]{32}@krefeld\.example>", mail["Message-ID"])
    assert mail["Message-ID"] == Notice.objects.get().message_id
    assert mail["Date"]
    assert [one.get_content_type() for one in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert server.envelopes[0][0] == "no-reply@krefeld.example"


def test_reports_go_to_the_mailbox_that_the_operator_named(problem: Problem, server: Server) -> None:
    (person,) = people(1)
    tell(person, problem)
    with override_settings(MAIL_RETURN="bounces@krefeld.example", DEFAULT_FROM_EMAIL="Stadt <post@krefeld.example>"):
        mail = sent(server)
    assert server.envelopes[0][0] == "bounces@krefeld.example"
    assert mail["From"] == "Stadt <post@krefeld.example>"
    assert "<mailto:bounces@krefeld.example?subject=unsubscribe%20" in mail["List-Unsubscribe"]


def test_answers_go_to_the_city(problem: Problem, server: Server, node: Callable[..., None]) -> None:
    node(contact_email="rathaus@krefeld.example", contact_address="Von-der-Leyen-Platz 1\n47798 Krefeld")
    tell(people(1)[0], problem)
    mail = sent(server)
    assert mail["Reply-To"] == "rathaus@krefeld.example"
    assert "47798 Krefeld" in part(mail, "plain")
    assert "47798 Krefeld" in part(mail, "html")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_is_in_its_readers_language(
    problem: Problem, server: Server, node: Callable[..., None], language: str
) -> None:
    own = {code: {"subject": f"{code}: {{title}}", "body": f"{code}-body {{text}}"} for code in LANGUAGES}
    node(texts={"mail.answer": own})
    (person,) = people(1, language=language)
    tell(person, problem)
    mail = sent(server)
    title = "Mülleimer quellen über" if language == "de" else "Bins overflow"
    assert mail["Subject"] == f"{language}: {title}"
    assert mail["Content-Language"] == language
    assert f'<html lang="{language}"' in part(mail, "html")
    assert f"{language}-body" in part(mail, "plain")


def test_who_chose_no_language_gets_the_citys(problem: Problem, server: Server) -> None:
    (person,) = people(1, language="")
    tell(person, problem)
    assert sent(server)["Content-Language"] == "de"


def test_the_letter_needs_nothing_from_elsewhere(problem: Problem, server: Server, node: Callable[..., None]) -> None:
    node(colour="#0b6e4f")
    tell(people(1)[0], problem)
    page = part(sent(server), "html")
    assert "#0b6e4f" in page
    assert not re.search(r"<(img|script|link|iframe|object|table|form)\b|url\(|@import|src=", page)
    hosts = {urlsplit(address).hostname for address in re.findall(r'href="([^"]+)"', page)}
    assert hosts == {"krefeld.example"}


def test_text_and_html_say_the_same(problem: Problem, server: Server) -> None:
    tell(people(1)[0], problem)
    mail = sent(server)
    link = f"https://krefeld.example/problems/{problem.code}"
    for said in ("Every Saturday.", "Jeden Samstag."):
        assert (said in part(mail, "plain")) == (said in part(mail, "html"))
    for said in ("There is an official answer to “Bins overflow”", "You get this because you follow it.", link):
        assert said in part(mail, "plain").replace("\n", " ")
        assert said in part(mail, "html")


def test_what_people_wrote_cannot_become_a_header_or_markup(problem: Problem, server: Server) -> None:
    evil = "Bins\r\nBcc: all@mail.example\r\n\r\n<script>alert(1)</script> {city.__class__}"
    Problem.objects.filter(id=problem.id).update(
        title={"en": {"text": evil, "by": "human"}}, text={"de": {"text": evil, "by": "human"}}
    )
    tell(people(1)[0], problem)
    mail = sent(server)
    assert mail["Bcc"] is None
    assert mail["To"] == "resident-0@mail.example"
    assert "\n" not in mail["Subject"]
    assert "<script>" not in part(mail, "html")
    assert "{city.__class__}" in part(mail, "plain").replace("\n", "")
    assert len(server.counts) == 1


def test_lines_are_short_and_links_stay_whole(problem: Problem, server: Server) -> None:
    Problem.objects.filter(id=problem.id).update(text={"de": {"text": "lang " * 60, "by": "human"}})
    tell(people(1)[0], problem, path="/problems/" + "x" * 120)
    text = part(sent(server), "plain")
    assert "https://krefeld.example/problems/" + "x" * 120 in text
    assert all(len(line) <= 72 for line in text.splitlines() if "://" not in line)


@given(colour=st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}"))
def test_words_on_the_citys_colour_can_be_read(colour: str) -> None:
    def luminance(value: str) -> float:
        channels = [int(value[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(colour), luminance(ink_on(colour))), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


# --- stopping ---------------------------------------------------------------------------------------------------------


def address_in(mail: EmailMessage) -> str:
    """The path of the unsubscribe address."""
    found = re.search(r"<https://krefeld\.example([^>]+)>", mail["List-Unsubscribe"])
    assert found is not None
    return found[1]


def test_one_click_stops_a_kind_without_session_cookie_or_token(problem: Problem, server: Server) -> None:
    (person,) = people(1)
    tell(person, problem)
    path = address_in(sent(server))
    program = Client(enforce_csrf_checks=True)
    answer = program.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "sessionid" not in answer.cookies
    assert Preference.objects.get().how == "off"
    assert program.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    tell(person, problem)
    deliver_due()
    assert len(server.mails) == 1
    tell(person, problem, kind=notices.STATUS, template="status", parameters={"state": "Done"})
    assert sent(server)["Subject"] == "Bins overflow: Done"


def test_looking_at_the_page_stops_nothing(problem: Problem, server: Server) -> None:
    tell(people(1)[0], problem)
    path = address_in(sent(server))
    for method in ("get", "head"):
        answer = getattr(Client(), method)(path)
        assert answer.status_code == 200
        assert answer["Cache-Control"].count("no-store") == 1
        assert answer["Referrer-Policy"] == "no-referrer"
    assert not Preference.objects.exists()
    page = Client().get(path, headers={"accept-language": "en"}).content.decode()
    assert "Stop these e-mails?" in page
    assert "Official answers" in page


@pytest.mark.parametrize("damage", [lambda path: path[:-3], lambda path: path + "x", lambda path: path[:30]])
def test_an_address_that_was_cut_or_made_up_stops_nothing(
    problem: Problem, server: Server, damage: Callable[[str], str]
) -> None:
    tell(people(1)[0], problem)
    path = damage(address_in(sent(server)))
    assert Client().post(path).status_code == 404
    assert not Preference.objects.exists()


# --- wordings of administrators ---------------------------------------------------------------------------------------


def test_every_template_can_be_previewed_in_every_language(node: Callable[..., None]) -> None:
    for language in LANGUAGES:
        for card in notices.templates(language):
            assert card.subject
            shown = notices.preview(card.name, language=language)
            assert shown.subject
            assert shown.body
            assert "{" not in shown.subject + "".join(one.text for one in shown.body), card.name


def test_the_shown_wording_can_be_saved_as_it_stands(node: Callable[..., None]) -> None:
    for card in notices.templates("en"):
        assert notices.check_wording(card.name, card.subject) == card.subject
        assert notices.check_wording(card.name, card.body) == card.body


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{name}", "wording.placeholder"), ("{title.x}", "wording.placeholder"), ("{0}", "wording.placeholder"),
        ("{}", "wording.placeholder"), ("{title", "wording.braces"), ("title}", "wording.braces"),
        ("{title!r}", "wording.braces"), ("{title:>20}", "wording.braces"),
    ],
)  # fmt: skip
def test_a_wording_with_an_unknown_placeholder_is_refused(node: Callable[..., None], text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        notices.check_wording("answer", f"Hello {text}", field="body")
    assert (refused.value.code, refused.value.field) == (code, "body")
    assert str(refused.value)


def test_a_preview_shows_a_wording_before_it_is_kept(node: Callable[..., None]) -> None:
    shown = notices.preview("status", language="en", subject="{title} is {state}", body="One.\n\nTwo {city}.")
    assert shown.subject == "Bins overflow at weekends is In progress"
    assert [one.text for one in shown.body] == ["One.", "Two Krefeld."]

"""Texts of the city and wordings of letters: written, shown, logged by length only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from citytandem.accounts.administration.services.node import mail_set, text_set
from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Entry
from citytandem.core.errors import Conflict, Invalid
from citytandem.core.models import Node
from citytandem.core.node import this_node
from citytandem.notifications.models import Notice

Browser = Callable[..., Client]


@pytest.fixture
def desk(node: None, administrator: Actor, browser_of: Browser) -> Client:
    """A browser of the administrator."""
    return browser_of(administrator)


def version() -> int:
    return Node.objects.get().version


def send(browser: Client, path: str, **values: Any) -> Any:
    return browser.post(f"/administration{path}", {"version": version(), **values})


# --- texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["imprint", "terms", "house-rules"])
def test_a_text_has_a_page_and_a_link_once_it_is_written(desk: Client, browser_of: Browser, name: str) -> None:
    assert browser_of().get(f"/about/{name}").status_code == 404
    assert f'href="/about/{name}"' not in browser_of().get("/about").content.decode()

    written = "# Who\nStadt <b>Krefeld</b>\nhttps://krefeld.example\n\n- one\n- two"
    assert send(desk, f"/texts/{name}?in=en", text=written).status_code == 302

    page = browser_of().get(f"/about/{name}").content.decode()
    assert "<h2>Who</h2>" in page
    assert "&lt;b&gt;Krefeld" in page
    assert 'href="https://krefeld.example"' in page
    assert "<li>one</li>" in page
    assert f'href="/about/{name}"' in browser_of().get("/about").content.decode()
    assert send(desk, f"/texts/{name}?in=en", text="").status_code == 302
    assert browser_of().get(f"/about/{name}").status_code == 404


def test_readers_get_their_language_else_the_citys(desk: Client, browser_of: Browser) -> None:
    send(desk, "/texts/imprint?in=de", text="Auf Deutsch")
    page = browser_of().get("/about/imprint").content.decode()
    assert '<div lang="de"' in page
    send(desk, "/texts/imprint?in=en", text="In English")
    assert "In English" in browser_of().get("/about/imprint").content.decode()


def test_the_log_keeps_how_long_a_text_is_and_not_the_text(desk: Client) -> None:
    send(desk, "/texts/privacy_officer?in=en", text="Zinaida, office for data, zinaida@krefeld.example")
    send(desk, "/texts/privacy_officer?in=en", text="Another")
    send(desk, "/mails/trial?in=de", subject="Zinaida grüßt", body="Zinaida schreibt.")
    send(desk, "/filters", blocked_words="Zinaida", blocked_hosts="")

    told = list(Entry.objects.filter(looked=False).order_by("id").values_list("facts", flat=True))
    assert told == [
        {"text": "privacy_officer", "lengths": {"en": [0, 49]}},
        {"text": "privacy_officer", "lengths": {"en": [49, 7]}},
        {"text": "mail.trial", "lengths": {"de.subject": [0, 13], "de.body": [0, 17]}},
        {"lengths": {"blocked_words": [0, 7]}},
    ]
    page = desk.get("/administration/log").content.decode()
    assert "Zinaida" not in page
    assert "Data protection officer" in page
    assert "49 characters" in page


def test_texts_that_the_log_kept_before_are_shortened_by_the_migration(db: None) -> None:
    from importlib import import_module

    from django.apps import apps

    from citytandem.core import clock

    kept = {
        "node.text_changed": {"text": "imprint", "de": ["", "Zinaida"]},
        "node.mail_changed": {"text": "mail.trial", "de": [{}, {"subject": "Hallo", "body": "Zinaida"}]},
        "node.changed": {"name": ["Krefeld", "Sofia"], "blocked_words": ["", "Zinaida"]},
    }
    for what, facts in kept.items():
        Entry.objects.create(what=what, facts=facts, at=clock.now())
    import_module("citytandem.accounts.migrations.0005_log_without_texts").shorten(apps, None)
    assert dict(Entry.objects.values_list("what", "facts")) == {
        "node.text_changed": {"text": "imprint", "lengths": {"de": [0, 7]}},
        "node.mail_changed": {"text": "mail.trial", "lengths": {"de.body": [0, 7], "de.subject": [0, 5]}},
        "node.changed": {"name": ["Krefeld", "Sofia"], "lengths": {"blocked_words": [0, 7]}},
    }


def test_a_preview_saves_nothing(desk: Client) -> None:
    page = send(desk, "/texts/imprint?in=de", text="# Nur ein Versuch", preview="yes")
    assert page.status_code == 200
    assert "<h3>Nur ein Versuch</h3>" in page.content.decode()
    assert this_node().texts == {}


def test_the_addition_to_accessibility_stands_there(desk: Client, browser_of: Browser) -> None:
    send(desk, "/texts/accessibility?in=en", text="Tell the office for inclusion.")
    assert "office for inclusion" in browser_of().get("/about/accessibility").content.decode()


def test_unknown_texts_are_not_there(desk: Client, administrator: Actor) -> None:
    assert desk.get("/administration/texts/nothing").status_code == 404
    assert desk.get("/administration/mails/nothing").status_code == 404
    with pytest.raises(Invalid):
        text_set(version=version(), name="imprint", language="de", text="x" * 20_001, by=administrator)
    with pytest.raises(Conflict):
        text_set(version=99, name="imprint", language="de", text="x", by=administrator)


# --- letters ----------------------------------------------------------------------------------------------------------


def test_an_own_wording_goes_out_and_can_be_taken_back(desk: Client, administrator: Actor) -> None:
    before = desk.get("/administration/mails/trial?in=de").context["form"].initial
    mail_set(
        version=version(), name="trial", language="de", subject="Hallo aus {city}", body="Es geht.", by=administrator
    )

    from citytandem.core import letters

    assert letters.post().preview("trial", language="de").subject == "Hallo aus Krefeld"
    assert letters.post().preview("trial", language="en").subject != "Hallo aus Krefeld"
    assert send(desk, "/mails/trial?in=de", restore="yes", subject="", body="").status_code == 302
    assert desk.get("/administration/mails/trial?in=de").context["form"].initial["subject"] == before["subject"]
    assert this_node().texts == {}


def test_a_placeholder_that_there_is_not_is_refused_and_the_text_kept(desk: Client) -> None:
    answer = send(desk, "/mails/trial?in=de", subject="Hallo {nobody}", body="Mein langer Text")
    assert answer.status_code == 422
    assert "Mein langer Text" in answer.content.decode()
    shown = send(desk, "/mails/trial?in=de", subject="Hallo {nobody}", body="Mein langer Text", preview="yes")
    assert shown.status_code == 422


def test_a_letter_is_shown_before_it_is_saved(desk: Client) -> None:
    page = send(desk, "/mails/trial?in=de", subject="Gruß aus {city}", body="Zeile", preview="yes")
    assert "Gruß aus Krefeld" in page.content.decode()
    assert this_node().texts == {}


def test_the_test_letter_goes_to_who_asks(desk: Client, settings: Any, administrator: Actor) -> None:
    assert desk.post("/administration/try-mail").status_code == 302
    assert not Notice.objects.exists()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "mail.krefeld.example"
    desk.post("/administration/try-mail")

    assert Notice.objects.get().template == "trial"
    page = desk.get("/administration").context["page"]
    assert next(step for step in page.steps if step.path == "/administration#mail").is_done

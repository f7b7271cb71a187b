"""Files over HTTP: content is sealed, the page works without JavaScript, and nothing typed or sent is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.datastructures import MultiValueDict

from citytandem.accounts.contract import Actor
from citytandem.core.errors import Invalid
from citytandem.core.node import node_set
from citytandem.files.contract import attach
from citytandem.files.forms import AttachmentsForm
from citytandem.files.limits import LIMITS
from citytandem.files.models import Attachment, State
from citytandem.files.services.checking import file_prepare
from citytandem.files.services.describing import file_describe
from citytandem.files.visitors import key_made
from tests.integration.files.conftest import KIND, Benches, hung, sent
from tests.unit.files.making import docx, telling_picture

pytestmark = pytest.mark.django_db
Browse = Callable[[Actor], Client]


def page_of(bench: UUID) -> str:
    return f"/files/of/{KIND}/{bench}"


def field(file: Attachment, name: str) -> str:
    return f"f{file.id.hex}-{name}"


# --- the page ---------------------------------------------------------------------------------------------------------


def test_files_are_sent_described_and_published_without_javascript(
    benches: Benches, resident: Actor, browser_of: Browse
) -> None:
    bench, browser = benches.make(resident), browser_of(resident)
    empty = browser.get(page_of(bench)).content.decode()
    assert "The bench by the lake" in empty
    assert 'type="file"' in empty
    assert "multiple" in empty
    added = browser.post(
        page_of(bench), {"add": "1", "files": [sent(name="a.jpg"), sent(docx(), "b.docx")]}, follow=True
    )
    assert added.status_code == 200
    assert added.content.decode().count("is being checked") >= 2
    photo, document = Attachment.objects.all()
    for file in (photo, document):
        file_prepare(file.id)
    page = browser.get(page_of(bench)).content.decode()
    assert "needs a description" in page
    assert f"/files/{photo.id}/medium" in page
    saved = browser.post(page_of(bench), {
        field(photo, "alt"): "A bench under water", field(photo, "caption"): "In May", field(photo, "language"): "en",
        field(document, "caption"): "Our letter", field(document, "language"): "de", "save": "1",
    }, follow=True)  # fmt: skip
    assert saved.redirect_chain == [(page_of(bench), 302)]
    photo.refresh_from_db()
    document.refresh_from_db()
    assert (photo.state, photo.alt, photo.caption, photo.language) == (
        State.READY,
        "A bench under water",
        "In May",
        "en",
    )
    assert (document.caption, document.language) == ("Our letter", "de")
    public = Client().get(page_of(bench)).content.decode()
    assert 'alt="A bench under water"' in public
    assert "Our letter" in public
    assert 'type="file"' not in public


def test_what_is_refused_is_told_by_name_and_the_rest_is_taken(
    benches: Benches, resident: Actor, browser_of: Browse
) -> None:
    bench, browser = benches.make(resident), browser_of(resident)
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 400
    page = browser.post(page_of(bench), {"add": "1", "files": [sent(name="good.jpg"), sent(heic, "IMG_1.HEIC")]})
    assert page.status_code == 422
    told = page.content.decode()
    assert "IMG_1.HEIC: Photos in Apple" in told
    assert "good.jpg" in told
    assert [file.name for file in Attachment.objects.all()] == ["good.jpg"]


def test_a_name_with_personal_data_is_replaced_and_said_so(
    benches: Benches, resident: Actor, browser_of: Browse
) -> None:
    files = [sent(name="Anna Schmidt 0171 2345678.jpg"), sent(name="good.jpg")]
    page = browser_of(resident).post(
        f"{page_of(benches.make(resident))}?lang=en", {"add": "1", "files": files}, follow=True
    )
    told = page.content.decode()
    assert "The name of a file held personal data. Here it is called “photo.jpg”." in told
    assert told.count("held personal data") == 1
    assert "Schmidt" not in told
    assert [file.name for file in Attachment.objects.order_by("position")] == ["photo.jpg", "good.jpg"]


def test_nothing_chosen_is_told(benches: Benches, resident: Actor, browser_of: Browse) -> None:
    page = browser_of(resident).post(page_of(benches.make(resident)), {"add": "1"})
    assert page.status_code == 422
    assert "Choose at least one file." in page.content.decode()


def test_descriptions_that_are_refused_stay_and_others_are_saved(
    benches: Benches, resident: Actor, browser_of: Browse
) -> None:
    bench = benches.make(resident)
    one, two = hung(bench, resident, alt="", name="a.jpg"), hung(bench, resident, alt="", name="b.jpg")
    page = browser_of(resident).post(page_of(bench), {field(one, "alt"): "a.jpg", field(two, "alt"): "A dry bench"})
    assert page.status_code == 422
    told = page.content.decode()
    assert "The name of the file does not say" in told
    assert re.search(rf'href="#id_{field(one, "alt")}"', told)
    assert re.search(r"<textarea[^>]*>\s*a\.jpg</textarea>", told)
    two.refresh_from_db()
    assert two.alt == "A dry bench"


PERSONAL = {
    "Telephone number": "Bei Fragen 0170 1234567 anrufen",
    "E-mail address": "Bank, Fragen an miller@example.org",
    "Bank account number": "Spenden an DE89 3704 0044 0532 0130 00",
    "Licence plate": "Auf dem Gehweg parkt KR-AB 1234",
    "Name of a person": "Hier steht Frau Petra Müller",
}


@pytest.mark.parametrize("name", ["alt", "caption"])
@pytest.mark.parametrize(("what", "words"), PERSONAL.items())
def test_personal_data_in_a_description_is_refused_at_its_field_and_nothing_typed_is_lost(
    benches: Benches, resident: Actor, browser_of: Browse, name: str, what: str, words: str
) -> None:
    node_set(name="Krefeld", home_city=None, home_slug="", language="de")
    bench = benches.make(resident)
    file = hung(bench, resident, alt="")
    typed = {"alt": "Eine nasse Bank", "caption": "Im Mai", "language": "de", name: words}
    page = browser_of(resident).post(
        f"{page_of(bench)}?lang=en", {field(file, one): value for one, value in typed.items()}
    )
    told = page.content.decode()
    assert page.status_code == 422
    assert f"Please leave out personal data: {what}." in told
    assert f'href="#id_{field(file, name)}"' in told
    assert all(value in told for value in typed.values())
    file.refresh_from_db()
    assert (file.alt, file.caption, file.state) == ("", "", State.WAITING)


def test_what_is_no_personal_data_is_taken(benches: Benches, resident: Actor, browser_of: Browse) -> None:
    node_set(name="Krefeld", home_city=None, home_slug="", language="de")
    for words in ("Überlaufender Mülleimer in der Konrad-Adenauer-Straße 12", "Bank 3 von 14, gesehen am 12.05.2026"):
        bench = benches.make(resident)
        file = hung(bench, resident, alt="")
        typed = {field(file, "alt"): "Eine nasse Bank", field(file, "caption"): words, field(file, "language"): "de"}
        assert browser_of(resident).post(page_of(bench), typed).status_code == 302
        file.refresh_from_db()
        assert (file.caption, file.state) == (words, State.READY)


def test_what_staff_have_written_is_not_held_against_the_sender(
    benches: Benches, resident: Actor, innovation_unit: Actor
) -> None:
    file = hung(benches.make(resident), resident)
    told = "Eröffnet von Frau Petra Müller"
    file_describe(file_id=file.id, by=innovation_unit, caption=told, language="de")
    assert file_describe(file_id=file.id, by=resident, alt="Eine Bank", caption=told, language="de").alt == "Eine Bank"
    with pytest.raises(Invalid):
        file_describe(file_id=file.id, by=resident, caption="Frau Petra Müller und ein Hund", language="de")


def test_removing_one_file_saves_what_was_typed_about_the_others(
    benches: Benches, resident: Actor, browser_of: Browse
) -> None:
    bench = benches.make(resident)
    one, two = hung(bench, resident, alt=""), hung(bench, resident, alt="")
    browser_of(resident).post(page_of(bench), {field(two, "alt"): "A dry bench", "remove": str(one.id)})
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.state, two.state) == (State.REMOVED, State.READY)


def test_others_cannot_add_describe_or_remove(
    benches: Benches, resident: Actor, make_actor: Any, browser_of: Browse
) -> None:
    bench = benches.make(resident)
    file = hung(bench, resident)
    browser = browser_of(make_actor("resident"))
    browser.post(page_of(bench), {field(file, "alt"): "mine", "remove": str(file.id)})
    file.refresh_from_db()
    assert (file.alt, file.state) == ("A wet bench", State.READY)
    assert browser.post(page_of(bench), {"add": "1", "files": [sent()]}).status_code == 403
    assert Attachment.objects.count() == 1


def test_a_page_of_what_one_may_not_read_leads_to_the_sign_in(
    benches: Benches, resident: Actor, make_actor: Any, browser_of: Browse
) -> None:
    hidden = benches.make(resident, public=False)
    assert Client().get(page_of(hidden))["Location"].startswith("/sign-in?next=")
    assert browser_of(make_actor("resident")).get(page_of(hidden)).status_code == 404
    assert browser_of(resident).get(f"/files/of/nothing/{hidden}").status_code == 404


def test_a_full_page_says_that_it_is_full(benches: Benches, resident: Actor, browser_of: Browse) -> None:
    bench = benches.make(resident)
    attach(kind=KIND, object_id=bench, by=resident, files=[sent() for _ in range(LIMITS.files_per_thing)])
    page = browser_of(resident).get(page_of(bench)).content.decode()
    assert "There is no room for more." in page


def test_the_page_needs_few_queries(benches: Benches, resident: Actor, browser_of: Browse) -> None:
    bench, browser = benches.make(resident), browser_of(resident)
    for _ in range(5):
        hung(bench, resident)
    browser.get(page_of(bench))
    with CaptureQueriesContext(connection) as queries:
        browser.get(page_of(bench))
    assert len(queries) <= 12


def test_the_picture_is_asked_for_again_until_it_is_there(
    benches: Benches, resident: Actor, browser_of: Browse
) -> None:
    browser = browser_of(resident)
    (file,) = attach(kind=KIND, object_id=benches.make(resident), by=resident, files=[sent()])
    assert b"hx-get" in browser.get(f"/files/{file.id}/look").content
    file_prepare(file.id)
    there = browser.get(f"/files/{file.id}/look").content
    assert b"hx-get" not in there
    assert b"/medium" in there
    assert Client().get(f"/files/{file.id}/look").status_code == 404


def test_texts_of_people_cannot_become_markup(benches: Benches, resident: Actor, browser_of: Browse) -> None:
    bench = benches.make(resident)
    hung(bench, resident, alt='"><script>alert(1)</script>', name="<img src=x onerror=alert(1)>.jpg")
    for browser in (Client(), browser_of(resident)):
        page = browser.get(page_of(bench)).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_visitor_describes_what_they_sent_with_the_same_browser(benches: Benches, resident: Actor) -> None:
    bench, browser = benches.make(resident), Client()
    request = RequestFactory().get("/")
    request.user = type("Nobody", (), {"is_authenticated": False})()  # type: ignore[assignment]
    request.session = browser.session
    key = key_made(request)
    request.session.save()
    browser.cookies["sessionid"] = request.session.session_key
    (file,) = attach(kind=KIND, object_id=bench, by=Actor(None), files=[sent()], key=key, vouched=True)
    file_prepare(file.id)
    browser.post(page_of(bench), {field(Attachment.objects.get(), "alt"): "A bench"})
    assert Attachment.objects.get().state == State.READY


# --- bodies that are too much -----------------------------------------------------------------------------------------


def test_a_huge_body_is_refused_before_it_is_read_in_the_readers_language(benches: Benches, resident: Actor) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["csrftoken"] = "t" * 32
    head = {"CONTENT_LENGTH": str(LIMITS.body_size + 1), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    page = browser.generic("POST", page_of(benches.make(resident)), b"", **head, headers={"Accept-Language": "en"})
    assert page.status_code == 413
    assert "This is too much at once." in page.content.decode()
    assert "<main" in page.content.decode()


def test_too_many_files_at_once_are_refused_with_a_page(benches: Benches, resident: Actor, browser_of: Browse) -> None:
    many = [SimpleUploadedFile(f"{number}.txt", b"x\n") for number in range(31)]
    page = browser_of(resident).post(page_of(benches.make(resident)), {"add": "1", "files": many})
    assert page.status_code == 413
    assert "These are too many files at once." in page.content.decode()


def test_a_few_too_many_are_told_at_the_field(benches: Benches, resident: Actor, browser_of: Browse) -> None:
    page = browser_of(resident).post(page_of(benches.make(resident)), {"add": "1", "files": [sent() for _ in range(6)]})
    assert page.status_code == 422
    assert "There can be at most 5 files here." in page.content.decode()


def test_a_broken_body_gets_a_page(benches: Benches, resident: Actor, browser_of: Browse) -> None:
    head = {"CONTENT_TYPE": "multipart/form-data"}
    page = browser_of(resident).generic("POST", page_of(benches.make(resident)), b"x", **head)
    assert page.status_code == 400
    assert "This request cannot be read." in page.content.decode()


# --- as part of another form ------------------------------------------------------------------------------------------


class BenchForm(AttachmentsForm):
    title = forms.CharField()


def bench_form(data: dict[str, str], *files: SimpleUploadedFile) -> BenchForm:
    return BenchForm(data, MultiValueDict({"files": list(files)}))


def test_a_form_that_has_to_be_mended_keeps_its_files(benches: Benches, resident: Actor) -> None:
    form = bench_form({}, sent(name="a.jpg"), sent(b"<html>", "b.html"))
    assert not form.is_valid()
    form.keep(by=resident)
    assert [file.name for file in form.kept] == ["a.jpg"]
    basket = str(form["basket_id"].value())
    again = bench_form({"title": "Wet", "basket_id": basket}, sent(name="c.jpg"))
    assert again.is_valid()
    bench = benches.make(resident)
    made = attach(kind=KIND, object_id=bench, by=resident, files=again.cleaned_data["files"], basket=again.basket)
    assert [file.name for file in made] == ["a.jpg", "c.jpg"]


def test_a_form_without_files_is_a_form(benches: Benches, resident: Actor) -> None:
    form = bench_form({"title": "Wet"})
    assert form.is_valid()
    assert (form.cleaned_data["files"], form.basket) == ([], None)
    form.keep(by=resident)
    assert form.kept == ()
    assert form.is_multipart()


def test_the_template_shows_what_is_kept(benches: Benches, resident: Actor) -> None:
    from django.template.loader import render_to_string

    form = bench_form({}, sent(name="a.jpg"))
    form.is_valid()
    form.keep(by=resident)
    shown = render_to_string("files/parts/upload.html", {"form": form})
    assert "a.jpg" in shown
    assert str(form["basket_id"].value()) in shown
    assert telling_picture("JPEG")

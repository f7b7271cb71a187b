"""The city's colour and logo: what is shown, what is refused and why."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from citytandem.accounts.contract import Actor
from citytandem.core.models import Node
from citytandem.core.node import this_node

Browser = Callable[..., Client]


@pytest.fixture
def desk(node: None, administrator: Actor, browser_of: Browser) -> Client:
    """A browser of the administrator."""
    return browser_of(administrator)


def send(browser: Client, path: str, **values: Any) -> Any:
    return browser.post(f"/administration{path}", {"version": Node.objects.get().version, **values})


# --- colour and logo --------------------------------------------------------------------------------------------------


def test_a_colour_reaches_every_page_as_a_stylesheet_of_ours(desk: Client, browser_of: Browser) -> None:
    assert "/brand/" not in browser_of().get("/about").content.decode()
    assert send(desk, "/looks", colour=" #004C93 ").status_code == 302

    assert '<link rel="stylesheet" href="/brand/colours-004c93.css">' in browser_of().get("/about").content.decode()
    sheet = browser_of().get("/brand/colours-004c93.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "immutable" in sheet["Cache-Control"]
    assert "--ct-city: #004c93" in sheet.content.decode()
    assert browser_of().get("/brand/colours-zzz.css").status_code == 404


def test_a_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(desk: Client) -> None:
    answer = send(desk, "/looks", colour="#ffcc00")

    assert answer.status_code == 422
    assert "#907300" in answer.content.decode()
    assert this_node().colour == ""
    assert send(desk, "/looks", colour="#907300").status_code == 302
    assert send(desk, "/looks", colour="#777777").status_code == 422
    assert send(desk, "/looks", colour="#767676").status_code == 302
    assert send(desk, "/looks", colour="blue").status_code == 422
    assert send(desk, "/looks", colour="").status_code == 302
    assert this_node().colour == ""


def picture(kind: str = "PNG", size: tuple[int, int] = (900, 300), **saved: Any) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, "#004c93").save(file, kind, **saved)
    file.seek(0)
    file.name = f"logo.{kind.lower()}"
    return file


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_becomes_a_small_png_of_our_own(desk: Client, browser_of: Browser, kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken by somebody"
    sent = picture(kind, exif=exif)
    assert send(desk, "/looks/logo", logo=sent, alt="Coat of arms").status_code == 302

    key = this_node().logo_key
    answer = browser_of().get(f"/brand/logo-{key}.png")
    shown = Image.open(io.BytesIO(answer.content))
    assert (shown.format, answer["Content-Type"]) == ("PNG", "image/png")
    assert shown.width <= 400
    assert shown.height <= 160
    assert len(answer.content) <= 200_000
    assert b"somebody" not in answer.content
    assert "immutable" in answer["Cache-Control"]
    head = browser_of().get("/about").content.decode()
    assert f'src="/brand/logo-{key}.png" alt="Coat of arms"' in head
    assert browser_of().get("/brand/logo-0000000000000000.png").status_code == 404

    assert send(desk, "/looks/logo", remove="yes", alt="").status_code == 302
    assert browser_of().get(f"/brand/logo-{key}.png").status_code == 404
    assert "brand/logo" not in browser_of().get("/about").content.decode()


def noisy(size: tuple[int, int]) -> io.BytesIO:
    file = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(file, "PNG")
    file.seek(0)
    file.name = "logo.png"
    return file


def test_even_a_noisy_logo_fits(desk: Client) -> None:
    assert send(desk, "/looks/logo", logo=noisy((800, 800)), alt="Noise").status_code == 302
    row = Node.objects.get()
    assert row.logo is not None
    assert len(row.logo) <= 200_000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
            "SVG files can hold",
        ),
        (b"\n<!-- x --><svg onload='x'/>", "SVG files can hold"),
        (b"GIF89a" + b"\0" * 50, "no picture that can be read"),
        (b"%PDF-1.7", "no picture that can be read"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "no picture that can be read"),
        (b"x" * 2_000_001, "too large"),
    ],
)
def test_what_is_no_picture_of_the_three_kinds_is_refused_with_the_reason(
    desk: Client, content: bytes, words: str
) -> None:
    file = io.BytesIO(content)
    file.name = "logo.png"
    answer = send(desk, "/looks/logo", logo=file, alt="Coat of arms")

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert this_node().logo_key == ""


def test_a_picture_that_is_a_bomb_is_refused(desk: Client) -> None:
    answer = send(desk, "/looks/logo", logo=picture(size=(6_000, 5_000)), alt="Bomb")
    assert answer.status_code == 422
    assert "too many pixels" in answer.content.decode()


def test_a_logo_needs_words(desk: Client) -> None:
    assert send(desk, "/looks/logo", logo=picture(), alt=" ").status_code == 422
    assert send(desk, "/looks/logo", alt="Coat of arms").status_code == 422

"""What a file is, by its content alone."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from citytandem.files.inspection import inspect
from citytandem.files.limits import LIMITS
from citytandem.files.refusals import Reason, Refused
from tests.unit.files import making
from tests.unit.files.making import docx, huge_png, odt, package, pdf, picture, saved, xlsx

OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
TAKEN = {
    "image/jpeg": saved(picture(), "JPEG"),
    "image/png": saved(picture(), "PNG"),
    "image/webp": saved(picture(), "WEBP"),
    "image/gif": saved(picture(), "GIF"),
    "application/pdf": pdf(),
    f"{OPEN}text": odt(),
    f"{OPEN}spreadsheet": odt("spreadsheet"),
    f"{OFFICE}wordprocessingml.document": docx(),
    f"{OFFICE}spreadsheetml.sheet": xlsx(),
    "text/plain": "Die Laterne flackert. Φως! Светлина.\n".encode(),
    "text/csv": "Straße;Laternen\nMarkt;12\nRing;7\n".encode("cp1252"),
}


def reason(content: bytes) -> Reason | None:
    """Why it is refused; None if it is not."""
    try:
        inspect(content)
    except Refused as refused:
        return refused.reason
    return None


@pytest.mark.parametrize("media_type", TAKEN)
def test_each_kind_is_known_by_its_content(media_type: str) -> None:
    assert inspect(TAKEN[media_type]).media_type == media_type


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("how", [{}, {"lossless": True}, {"quality": 40, "exif": making.telling_exif()}])
def test_a_picture_tells_its_size_before_it_is_decoded(form: str, how: dict[str, object]) -> None:
    finding = inspect(saved(picture((123, 45)), form, **(how if form == "WEBP" else {})))
    assert (finding.width, finding.height, finding.is_picture) == (123, 45, True)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Reason.EMPTY),
        (b"\0" * (LIMITS.document_size + 1), Reason.TOO_LARGE),
        (TAKEN["image/jpeg"] + b"\0" * LIMITS.picture_size, Reason.TOO_LARGE),
        (saved(picture(), "TIFF"), Reason.TYPE),
        (saved(picture(), "BMP"), Reason.TYPE),
        (saved(picture(), "AVIF"), Reason.TYPE),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 400, Reason.HEIC),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Reason.OLD_OFFICE),
        (b"MZ\x90\0" + b"\0" * 300, Reason.TYPE),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 300, Reason.TYPE),
        (b"\x1f\x8b\x08\0" + b"\0" * 30, Reason.TYPE),
        (package({"a.txt": "a"}), Reason.TYPE),
        (package({"mimetype": f"{OPEN}presentation"}), Reason.TYPE),
        (HTML, Reason.ACTIVE),
        (b"\xef\xbb\xbf \n<HTML><p>", Reason.ACTIVE),
        ("\ufeff<svg onload=alert(1)>".encode("utf-16-le"), Reason.ACTIVE),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", Reason.ACTIVE),
        (b"<!-- a --><html>", Reason.ACTIVE),
        (b"#!/bin/sh\nrm -r /\n", Reason.ACTIVE),
        (b"plain\x00text", Reason.TYPE),
        (huge_png(), Reason.PIXELS),
        (TAKEN["image/jpeg"][:30], Reason.BROKEN),
        (b"RIFF\x10\0\0\0WEBPVP8?" + b"\0" * 20, Reason.BROKEN),
    ],
)
def test_what_is_not_taken_is_refused_with_its_reason(content: bytes, why: Reason) -> None:
    assert reason(content) == why


def test_a_picture_of_too_many_pixels_needs_no_more_than_a_thousand_bytes() -> None:
    assert len(huge_png()) < 1_000


def webp_that_declares(width: int, height: int) -> bytes:
    body = b"VP8X\x0a\0\0\0" + b"\0" * 4 + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def test_a_webp_of_too_many_pixels_is_seen_without_setting_its_canvas_aside() -> None:
    assert reason(webp_that_declares(16_000, 16_000)) == Reason.PIXELS


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("second", [HTML, b"<script>x</script>", b"<?php system('x'); ?>", TAKEN[f"{OPEN}text"]])
def test_a_picture_that_is_something_else_as_well_is_refused(form: str, second: bytes) -> None:
    assert reason(saved(picture(), form) + second) == Reason.TWO_TYPES


def test_a_comment_in_a_jpeg_does_not_make_it_a_page() -> None:
    assert reason(saved(picture(), "JPEG", comment=HTML)) == Reason.TWO_TYPES


def test_a_gif_that_begins_as_a_script_is_refused() -> None:
    content = bytearray(saved(picture(), "GIF"))
    assert reason(bytes(content[:6]) + b"=1;/*" + bytes(content[11:]) + b"*/<script>") is not None


def test_a_pdf_with_a_zip_behind_it_is_refused() -> None:
    assert reason(pdf() + docx()) == Reason.TWO_TYPES


def test_a_zip_with_something_before_it_is_refused() -> None:
    assert reason(b"PK\x03\x04 something " + docx()) == Reason.TWO_TYPES


def test_a_photo_with_a_film_behind_it_is_a_photo() -> None:
    """As telephones make them; the film is left behind when the picture is drawn anew."""
    film = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 200
    assert inspect(TAKEN["image/jpeg"] + film).media_type == "image/jpeg"


def test_a_text_that_speaks_of_html_is_a_text() -> None:
    assert inspect(b"We use <script> in our pages.\n").media_type == "text/plain"


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_one_of_the_kinds(content: bytes) -> None:
    try:
        finding = inspect(content)
    except Refused:
        return
    assert finding.media_type in TAKEN


@given(st.sampled_from(sorted(TAKEN)), st.integers(min_value=0, max_value=10_000), st.binary(min_size=1, max_size=12))
def test_damaged_files_raise_nothing_but_a_refusal(media_type: str, at: int, damage: bytes) -> None:
    content = bytearray(TAKEN[media_type])
    at %= len(content)
    content[at : at + len(damage)] = damage
    try:
        inspect(bytes(content))
    except Refused as refused:
        assert refused.reason in Reason


def test_an_animated_picture_counts_as_its_first_frame() -> None:
    frames = [picture(shade=shade) for shade in (0, 60, 120)]
    found = io.BytesIO()
    frames[0].save(found, "GIF", save_all=True, append_images=frames[1:])
    assert inspect(found.getvalue()).media_type == "image/gif"
    assert Image.open(found).n_frames == 3

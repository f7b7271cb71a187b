"""Names of files as people see them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.files.naming import LONGEST, clean_name, is_renamed, plain_name, shown_name, words_of


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Foto vom Markt.JPG", "Foto vom Markt.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        (r"C:\Users\me\Foto.png", "Foto.jpg"),
        ("/a/b/", "b.jpg"),
        ("", "file.jpg"),
        ("...", "file.jpg"),
        (".jpg", "file.jpg"),
        ("\x00\x01\x1fa\x7f.jpg", "a.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.jpg"),
        ("a\u200b\u2028b\n c.jpg", "a b c.jpg"),
        ('<script>"x".html', "scriptx.jpg"),
        ("φωτογραφία.jpeg", "φωτογραφία.jpg"),
        ("archive.tar.gz", "archive.tar.jpg"),
    ],
)
def test_names_lose_paths_tricks_and_wrong_endings(sent: str, kept: str) -> None:
    assert clean_name(sent, ending=".jpg") == kept


def test_names_of_people_are_read_also_where_they_are_joined_to_others() -> None:
    assert words_of("Anna_Schmidt-CV.pdf") == "Anna_Schmidt-CV\nAnna Schmidt CV"


@given(st.text(max_size=400), st.sampled_from([".jpg", ".pdf"]))
def test_only_another_name_is_another_name(sent: str, ending: str) -> None:
    assert not is_renamed(clean_name(sent, ending=ending), sent=sent)
    plain = plain_name(ending, is_picture=ending == ".jpg")
    assert plain in {"photo.jpg", "document.pdf"}
    assert is_renamed(plain, sent=sent) is (clean_name(sent, ending=ending) != plain)


def test_a_name_of_three_hundred_letters_keeps_its_ending() -> None:
    made = clean_name("ä" * 300 + ".png", ending=".png")
    assert len(made) == LONGEST
    assert made.endswith("ä.png")


@given(st.text(max_size=400), st.sampled_from([".jpg", ".pdf", ""]))
def test_every_name_is_short_plain_and_ends_as_it_should(sent: str, ending: str) -> None:
    made = clean_name(sent, ending=ending)
    assert 0 < len(made) <= LONGEST
    assert made.endswith(ending)
    assert not any(letter in made for letter in '/\\<>:"|?*\x00')
    assert not any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in made)
    assert len(shown_name(sent)) <= 60

"""How e-mails leave the node, and the city's sign-in, as settings."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from citytandem.settings.city_sign_in import city_roles, city_sign_in
from citytandem.settings.mail import mail_settings

DATA = Path("/data")


def test_without_an_address_letters_are_files_in_the_data_folder() -> None:
    found = mail_settings("", sender="", data=DATA)

    assert found["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
    assert found["EMAIL_FILE_PATH"] == "/data/mail"


@given(st.text(min_size=1), st.text(), st.integers(1, 65_535))
def test_everything_may_stand_in_a_password(user: str, password: str, port: int) -> None:
    try:
        url = f"smtp://{quote(user, safe='')}:{quote(password, safe='')}@mail.city.example:{port}?tls=start"
    except UnicodeEncodeError:
        return
    found = mail_settings(url, sender="node@city.example", data=DATA)

    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == (user, password)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.city.example", port)
    assert (found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (True, False)
    assert found["DEFAULT_FROM_EMAIL"] == "node@city.example"


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://mail.city.example", 25, False, False),
        ("smtp://mail.city.example?tls=start", 25, True, False),
        ("smtps://mail.city.example", 465, False, True),
    ],
)
def test_ports_and_encryption(url: str, port: int, starttls: bool, tls: bool) -> None:
    found = mail_settings(url, sender="x@y.example", data=DATA)

    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, starttls, tls)


def test_a_folder_may_be_chosen() -> None:
    assert mail_settings("file:///var/spool/a%20b", sender="", data=DATA)["EMAIL_FILE_PATH"] == "/var/spool/a b"


@pytest.mark.parametrize(
    "url",
    [
        "mail.city.example", "http://mail.city.example", "smtp://", "smtp://x?tls=no", "smtps://x?tls=start",
        "smtp://x?starttls=1", "smtp://x:port", "smtp://x:99999", "file://host/folder", "file:folder",
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="CITYTANDEM_MAIL_URL"):
        mail_settings(url, sender="x@y.example", data=DATA)


def test_a_mail_server_needs_a_sender() -> None:
    with pytest.raises(ImproperlyConfigured, match="CITYTANDEM_MAIL_FROM"):
        mail_settings("smtp://x", sender="", data=DATA)


def test_the_citys_sign_in() -> None:
    assert city_sign_in({}) == []
    assert city_sign_in({"CITYTANDEM_OIDC_ID": "x"}) == []
    url = "https://id.city.example/realms/city/"
    (found,) = city_sign_in({"CITYTANDEM_OIDC_URL": url, "CITYTANDEM_OIDC_ID": "x", "CITYTANDEM_OIDC_NAME": "ID"})
    assert found["settings"]["server_url"] == "https://id.city.example/realms/city"
    assert (found["client_id"], found["name"]) == ("x", "ID")


@pytest.mark.parametrize("url", ["http://id.city.example", "id.city.example", "ftp://localhost"])
def test_an_identity_provider_is_asked_encrypted(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="https"):
        city_sign_in({"CITYTANDEM_OIDC_URL": url, "CITYTANDEM_OIDC_ID": "x"})


def test_an_identity_provider_needs_a_name_for_us() -> None:
    with pytest.raises(ImproperlyConfigured, match="CITYTANDEM_OIDC_ID"):
        city_sign_in({"CITYTANDEM_OIDC_URL": "https://id.city.example"})


def test_roles_that_there_are_not_stop_the_node_at_once() -> None:
    assert city_roles({"CITYTANDEM_OIDC_ROLES": "a=moderator"}) == "a=moderator"
    with pytest.raises(ImproperlyConfigured, match="a=king"):
        city_roles({"CITYTANDEM_OIDC_ROLES": "b=moderator, a=king"})

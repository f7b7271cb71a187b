"""How passwords are kept: the older method still opens, is replaced at once, and tells nobody who has a sign-in."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import hashers
from django.contrib.auth.hashers import make_password
from django.test import Client

from citytandem.accounts import backends
from citytandem.accounts.models import Person
from citytandem.settings import base
from tests.integration.accounts.signin.conftest import PASSWORD


@pytest.fixture
def old(anna: Person, settings: Any) -> Person:
    """Anna, whose password was kept before there was Argon2id."""
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    Person.objects.filter(id=anna.id).update(password=make_password(PASSWORD, hasher="scrypt"))
    return anna


def test_who_was_kept_by_the_older_method_signs_in_and_is_kept_by_the_new_one(old: Person) -> None:
    client = Client()
    assert client.post("/sign-in", {"email": old.email, "password": PASSWORD}).status_code == 302
    assert client.get("/account").status_code == 200

    old.refresh_from_db()
    assert old.password.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
    assert Client().post("/sign-in", {"email": old.email, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("email", ["anna@test.example", "bert@test.example", "nobody@test.example"])
def test_a_wrong_password_costs_the_same_work_for_everybody(
    old: Person, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Person.objects.create(email="bert@test.example", password=make_password(PASSWORD))
    worked: list[str] = []
    for algorithm in (backends._OLD, "argon2"):
        method = type(hashers.get_hashers_by_algorithm()[algorithm])
        encode, verify = method.encode, method.verify

        def encoding(self: Any, *args: Any, _do: Any = encode, **kwargs: Any) -> Any:
            worked.append(self.algorithm)
            return _do(self, *args, **kwargs)

        def verifying(self: Any, *args: Any, _do: Any = verify, **kwargs: Any) -> Any:
            # Argon2 checks without encoding anew.
            worked.extend([self.algorithm] if self.algorithm == "argon2" else [])
            return _do(self, *args, **kwargs)

        monkeypatch.setattr(method, "encode", encoding)
        monkeypatch.setattr(method, "verify", verifying)

    assert Client().post("/sign-in", {"email": email, "password": "another walk"}).status_code == 422

    assert sorted(worked) == ["argon2", "scrypt"]

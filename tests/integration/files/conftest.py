"""A kind of thing that files hang on, a folder of their own, and browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.core.ids import uuid7
from citytandem.files import owners
from citytandem.files.models import Attachment
from citytandem.files.owners import Place, register_owner
from citytandem.files.services.attaching import attach
from citytandem.files.services.checking import file_prepare
from tests.unit.files.making import picture, telling_picture

KIND = "bench"


class Benches:
    """Things in a park. Some are public; who made one may write on it."""

    def __init__(self) -> None:
        self.public: set[UUID] = set()
        self.makers: dict[UUID, UUID | None] = {}

    def make(self, by: Actor, *, public: bool = True) -> UUID:
        bench = uuid7()
        self.makers[bench] = by.id
        if public:
            self.public.add(bench)
        return bench

    def readable(self, actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
        return {i for i in ids if i in self.makers and (i in self.public or actor.is_staff or self.writable(actor, i))}

    def writable(self, actor: Actor, bench: UUID) -> bool:
        return actor.id is not None and (
            self.makers.get(bench) == actor.id or (actor.is_staff and bench in self.makers)
        )

    def place(self, _actor: Actor, bench: UUID) -> Place:
        return Place("The bench by the lake", f"/benches/{bench}", "en")


@pytest.fixture
def benches(settings: object, tmp_path: Path) -> Iterator[Benches]:
    """What files hang on here; their bytes lie in a folder of this test."""
    options = {"location": tmp_path / "files", "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {**options, "allow_overwrite": True},
    }
    settings.STORAGES = {**settings.STORAGES, "files": storage}  # type: ignore[attr-defined]
    made = Benches()
    register_owner(KIND, readable=made.readable, writable=made.writable, place=made.place)
    yield made
    owners._owners.pop(KIND)


@pytest.fixture
def folder(benches: Benches, tmp_path: Path) -> Path:
    """Where the bytes lie."""
    return tmp_path / "files"


def sent(content: bytes | None = None, name: str = "photo.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, telling_picture("JPEG", picture((800, 600))) if content is None else content, kind)


def hung(
    bench: UUID, by: Actor, *, content: bytes | None = None, name: str = "photo.jpg", alt: str = "A wet bench"
) -> Attachment:
    """A file that has been through the check."""
    (file,) = attach(kind=KIND, object_id=bench, by=by, files=[sent(content, name)], alts=[alt])
    file_prepare(file.id)
    file.refresh_from_db()
    return file


@pytest.fixture
def browser_of() -> Callable[[Actor], Client]:
    """A browser in which somebody is signed in."""

    def make(actor: Actor) -> Client:
        client = Client()
        client.force_login(Person.objects.get(id=actor.id))
        return client

    return make

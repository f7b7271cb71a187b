"""The page on which the files of a thing are added, described and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from citytandem.accounts.contract import Actor
from citytandem.core.errors import DomainError
from citytandem.files import owners
from citytandem.files.forms import AddForm, DescriptionForm
from citytandem.files.limits import LIMITS
from citytandem.files.models import State
from citytandem.files.owners import Place
from citytandem.files.presenters import AttachmentView, view
from citytandem.files.rules import Held, is_sender
from citytandem.files.selectors import all_files_of, file_get, files_of
from citytandem.files.services.describing import file_describe


@dataclass(frozen=True, slots=True)
class Managed:
    """One file with the form that describes it; None where the reader may only look."""

    file: AttachmentView
    form: DescriptionForm | None


@dataclass(frozen=True, slots=True)
class FilesPage:
    """All files of a thing for one reader."""

    kind: str
    object_id: UUID
    place: Place | None
    files: Sequence[Managed]
    may_add: bool
    room: int

    @property
    def path(self) -> str:
        """Address of this page."""
        return f"/files/of/{self.kind}/{self.object_id}"

    @property
    def shown(self) -> list[AttachmentView]:
        """For those who may only look."""
        return [one.file for one in self.files]

    @property
    def may_save(self) -> bool:
        """Whether there is anything to describe."""
        return any(one.form is not None for one in self.files)

    @property
    def lacking(self) -> int:
        """How many pictures wait for a description."""
        return sum(one.file.lacks_alt for one in self.files if one.form is not None)

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """What is wrong in the descriptions: field to jump to, file, message."""
        forms = [(one.file.name, one.form) for one in self.files if one.form is not None and one.form.is_bound]
        return [
            (field.id_for_label, name, str(error)) for name, form in forms for field in form for error in field.errors
        ]


def files_page(
    kind: str, object_id: UUID, *, actor: Actor, key: str = "", sent: Mapping[str, Any] | None = None
) -> FilesPage:
    """The page; with `sent` its forms hold what was typed. Raises NotFound."""
    place = owners.place_of(kind, object_id, actor)
    may_write = owners.is_writable(kind, object_id, actor)
    rows = all_files_of(kind, object_id) if may_write else _readable(kind, object_id, actor, key)
    files = [
        Managed(view(row), _form(view(row), sent) if may_write or is_sender(actor, Held(row, key)) else None)
        for row in rows
    ]
    used = sum(row.state in {State.WAITING, State.READY} for row in rows)
    return FilesPage(kind, object_id, place, files, may_write, max(0, LIMITS.files_per_thing - used))


def descriptions_save(page: FilesPage, *, by: Actor, key: str = "") -> bool:
    """Write what was typed, file by file; what is refused stays in its form with the reason. True if all went well."""
    for one in page.files:
        if one.form is None or not one.form.is_bound or one.file.is_refused or not one.form.is_valid():
            continue
        try:
            file_describe(file_id=one.file.id, by=by, key=key, **one.form.cleaned_data)
        except DomainError as error:
            one.form.refuse(error)
    return not page.errors


def one_file(file_id: UUID, *, actor: Actor, key: str = "") -> AttachmentView:
    """A single file. Raises NotFound."""
    return view(file_get(file_id, actor=actor, key=key))


def shown_files(kind: str, object_id: UUID, *, actor: Actor) -> list[AttachmentView]:
    """The files of a thing that the actor may see. Raises NotFound if there is no such thing for this reader."""
    owners.place_of(kind, object_id, actor)
    return [view(file) for file in _readable(kind, object_id, actor, "")]


def add_form(sent: Any = None, files: Any = None) -> AddForm:
    """The form that takes files."""
    return AddForm(sent, files)


def _readable(kind: str, object_id: UUID, actor: Actor, key: str) -> Sequence[Any]:
    return files_of(kind, [object_id], actor=actor, key=key, vouched=True).get(object_id, [])


def _form(file: AttachmentView, sent: Mapping[str, Any] | None) -> DescriptionForm:
    start = {"alt": file.alt, "caption": file.caption, "language": file.language or _page_language()}
    return DescriptionForm(sent, prefix=f"f{file.id.hex}", initial=start, is_picture=file.is_picture)


def _page_language() -> str:
    return get_language() or "en"

"""Files over the HTTP API."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Path, Status
from ninja.files import UploadedFile

from citytandem.accounts.contract import actor_of
from citytandem.core.api import ApiRouter, Session
from citytandem.core.openapi import problems as errors
from citytandem.files.limits import LIMITS
from citytandem.files.managing import one_file, shown_files
from citytandem.files.presenters import view
from citytandem.files.schemas import Alt, FileList, FileOut, FilePatch
from citytandem.files.services.attaching import attach
from citytandem.files.services.describing import file_describe, file_remove

router = ApiRouter(tags=["files"])
Kind = Annotated[
    str, Path(max_length=40, pattern=r"^[a-z][a-z_]*$", description="What the files hang on: `problem`, …")
]
Uploads = Annotated[
    list[UploadedFile],
    File(
        min_length=1,
        max_length=LIMITS.files_per_thing,
        description="Pictures (JPEG, PNG, WebP, GIF), PDF, DOCX, XLSX, ODT, ODS, text. The type is that of the content.",
    ),
]
Alts = Annotated[
    list[Alt],
    Form(max_length=LIMITS.files_per_thing, description="What can be seen, one for each file in order; may be empty."),
]
MULTIPART: dict[str, Any] = {"requestBody": {"content": {"multipart/form-data": {}}}}


@router.get("/files/of/{kind}/{object_id}", response=FileList)
def file_list(request: HttpRequest, kind: Kind, object_id: UUID) -> Any:
    """Files of a thing that the reader may see: published ones, and those of one's own that are not yet."""
    found = shown_files(kind, object_id, actor=actor_of(request))
    return FileList(items=[FileOut.of(file) for file in found])


@router.post(
    "/files/of/{kind}/{object_id}", response={201: FileList}, auth=Session(), openapi_extra={**errors(409), **MULTIPART}
)
def file_upload(request: HttpRequest, kind: Kind, object_id: UUID, files: Uploads, alts: Alts = []) -> Any:  # noqa: B006
    """Hang files on a thing. They are `waiting` until they are checked and, if they are pictures, described.

    A name in which personal data stand is replaced; the answer tells under which name each file is kept.
    """
    made = attach(kind=kind, object_id=object_id, by=actor_of(request), files=files, alts=alts)
    return Status(201, FileList(items=[FileOut.of(view(file)) for file in made]))


@router.get("/files/{file_id}", response=FileOut)
def file_get(request: HttpRequest, file_id: UUID) -> Any:
    """One file."""
    return FileOut.of(one_file(file_id, actor=actor_of(request)))


@router.patch("/files/{file_id}", response=FileOut, auth=Session())
def file_edit(request: HttpRequest, file_id: UUID, body: FilePatch) -> Any:
    """Describe a picture, or write a line below a file."""
    file = file_describe(
        file_id=file_id, by=actor_of(request), alt=body.alt, caption=body.caption, language=body.language or ""
    )
    return FileOut.of(view(file))


@router.delete("/files/{file_id}", response={204: None}, auth=Session())
def file_delete(request: HttpRequest, response: HttpResponse, file_id: UUID) -> Any:
    """Take a file away, for good."""
    file_remove(file_id=file_id, by=actor_of(request))
    return Status(204, None)

"""Bounds on what a request may bring, before any of it is written to disk."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from citytandem.files.limits import LIMITS


class Bounded(FileUploadHandler):
    """Stands before Django's handlers, and refuses a body that is larger than any form of ours can be."""

    def handle_raw_input(
        self,
        input_data: Any,  # noqa: ARG002 - Django's signature
        META: dict[str, Any],  # noqa: ARG002, N803
        content_length: int,
        boundary: str,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        """See FileUploadHandler; raises RequestDataTooBig."""
        if content_length > LIMITS.body_size:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002 - Django's signature
        """Pass it on to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002 - Django's signature
        """The next handler has the file."""
        return

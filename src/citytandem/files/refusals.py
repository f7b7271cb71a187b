"""Why a file is not taken. The codes are stable; `wording` tells them in the reader's language. Pure."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What is wrong with a file."""

    EMPTY = "file.empty"
    TOO_LARGE = "file.too_large"
    TYPE = "file.type"
    HEIC = "file.heic"
    ACTIVE = "file.active"
    OLD_OFFICE = "file.old_office"
    TWO_TYPES = "file.two_types"
    BROKEN = "file.broken"
    PIXELS = "file.pixels"
    PAGES = "file.pages"
    BOMB = "file.bomb"
    ENCRYPTED = "file.encrypted"
    MACROS = "file.macros"
    NESTED = "file.nested"
    DEMANDING = "file.demanding"
    VIRUS = "file.virus"


class Refused(Exception):
    """This file is not taken; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason

"""Moderation over HTTP: its numbers, for everybody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from citytandem.core.api import ApiRouter
from citytandem.moderation.counting import counts
from citytandem.moderation.schemas import CountsOut

router = ApiRouter(tags=["moderation"])


@router.get("/moderation/counts", response=CountsOut)
def moderation_counts(request: HttpRequest) -> Any:
    """Reports, findings of the automatic check, decisions and appeals of twelve months."""
    return CountsOut.of(counts())

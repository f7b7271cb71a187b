"""Files of shared documents for the people of the partner cities: they stay at the node that has them.

What travels is an address that opens one file of one document. It is sealed for the nodes of the other member cities as they
are now: when one leaves, the old addresses end, and the others get new ones with the next version of the record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import SYSTEM
from citytandem.core.errors import NotFound
from citytandem.federation import details
from citytandem.files.contract import attachments_of
from citytandem.partnerships.accompanying.files import KIND
from citytandem.partnerships.accompanying.members import audience_of
from citytandem.partnerships.models import Document

MOST = 50
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,90}")
_SALT = "citytandem.partnerships.papers"


def links_of(
    documents: Sequence[Document], audiences: Mapping[UUID, Sequence[str]]
) -> dict[UUID, list[dict[str, Any]]]:
    """The published files of documents of ours by document, as they travel. `audiences` by partnership. One query."""
    audience = {row.id: audiences[row.partnership_id] for row in documents}
    found = attachments_of(KIND, list(audience), actor=SYSTEM, vouched=True)
    return {
        document: [
            {"name": one.name, "mediaType": one.media_type, "size": one.size,
             "url": f"{settings.ADDRESS}{path_of(document, one.id, audience[document])}"}
            for one in files if one.is_ready
        ][:MOST]
        for document, files in found.items()
    }  # fmt: skip


def path_of(document: UUID, file: UUID, audience: Sequence[str]) -> str:
    """Where a file opens for whoever has the address."""
    return f"/partnerships/papers/{document}/{file}/{_seal(document, file, audience)}"


def _seal(document: UUID, file: UUID, audience: Sequence[str]) -> str:
    """128 bits of an HMAC (SHA-256) under the node's secret."""
    said = " ".join([str(document), str(file), *sorted(audience)])
    return salted_hmac(_SALT, said, algorithm="sha256").hexdigest()[:32]


def require_seal(document_id: UUID, file_id: UUID, seal: str) -> None:
    """Raises NotFound where the address is not one that partners have today."""
    row = Document.objects.filter(id=document_id, origin="").select_related("partnership").first()
    audience = audience_of(row.partnership) if row is not None else []
    if not audience or not constant_time_compare(seal, _seal(document_id, file_id, audience)):
        raise NotFound("paper.unknown", _("This address opens nothing any more. Look at the document again."))


def taken(told: Any, *, origin: str) -> list[dict[str, Any]]:
    """What a partner's node says of its files; only addresses at that node (`origin`: any address of it) count."""
    host = urlsplit(origin)[:2]
    found = []
    for one in map(details.mapping, details.listed(told)[:MOST]):
        name, kind = details.line(one.get("name"), limit=120), one.get("mediaType")
        url = details.web(one.get("url"), limit=500)
        is_known = isinstance(kind, str) and bool(_MEDIA_TYPE.fullmatch(kind))
        if name and is_known and urlsplit(url)[:2] == host:
            size = details.whole(one.get("size"), least=1, most=2**40) or 0
            found.append({"name": name, "mediaType": kind, "size": size, "url": url})
    return found

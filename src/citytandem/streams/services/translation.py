"""Versions of records by a machine: only where a translator is configured, always marked, never instead of people's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from citytandem.accounts.contract import SYSTEM, Actor
from citytandem.core.errors import Invalid, NotFound
from citytandem.core.etranslation import read_delivery
from citytandem.core.languages import is_language
from citytandem.core.node import this_node
from citytandem.core.permissions import require
from citytandem.core.translator import has_translator, translator
from citytandem.federation.contract import changed
from citytandem.streams.models import Visibility, record_model
from citytandem.streams.selectors import record_get
from citytandem.streams.services.records import log_change
from citytandem.streams.translated import Piece, fingerprint_of, missing, put

# What is not meant for others must not leave the house, and a translation service may be outside.
MAY_LEAVE = {Visibility.PUBLIC, Visibility.PARTNERS}
# How long we take a delivery for an order.
SECONDS_OF_AN_ORDER = 7 * 86_400
_SALT = "streams.translation"


def record_translate_all(*, kind: str, key: str | UUID, by: Actor) -> int:
    """Translate a record into the node's language and English, as far as people have not. Returns how much was new.

    See `record_translate`; a record that is gone is no error.
    """
    try:
        return sum(
            record_translate(kind=kind, key=key, target=target, by=by)
            for target in dict.fromkeys((this_node().language, "en"))
        )
    except NotFound:
        return 0


def record_translate(*, kind: str, key: str | UUID, target: str, by: Actor) -> int:
    """Add a machine's version in `target` of the words that have none by people. Returns how many were written now.

    Nothing happens without a translator, for drafts and internal records, and where nothing is missing. A service that
    answers later delivers to `translation_receive`. Raises NotFound, Forbidden, Invalid, Unavailable. Not to be called
    in a transaction: the service is asked outside.
    """
    service = translator()
    if service is None:
        return 0
    record = record_get(by, kind=kind, key=key)
    require("streams.translate", by, record)
    if not is_language(target):
        raise Invalid("language.unknown", _("This language is not one of the nine."), field="target")
    if record.visibility not in MAY_LEAVE:
        return 0
    written = 0
    for source, pieces in _by_language(missing(record, target)).items():
        reference = _reference(kind=kind, object_id=record.id, source=source, target=target, pieces=pieces)
        texts = [piece.text for piece in pieces]
        answers = service.translate(texts, source=source, target=target, reference=reference)
        if answers is not None:
            translated = dict(zip(pieces, answers, strict=True))
            written += _keep(kind=kind, object_id=record.id, target=target, translated=translated, by=by)
    return written


def translation_receive(*, reference: str, raw: bytes) -> int:
    """Take the delivery of a service that answers later. Returns how many versions were written.

    The reference is the proof that we ordered it. What does not fit any more, because people changed the words or wrote
    that language themselves meanwhile, is put aside; so is what comes twice. Raises NotFound, Unavailable.
    """
    order = _order(reference)
    kind, object_id, target = order["kind"], UUID(hex=order["id"]), order["target"]
    record = record_model(kind)._default_manager.filter(id=object_id).first()  # noqa: SLF001 - the manager
    pieces = _by_language(missing(record, target)).get(order["source"], []) if record is not None else []
    if record is None or fingerprint_of(pieces) != order["of"]:
        return 0
    answers = read_delivery(raw, texts=[piece.text for piece in pieces])
    if answers is None:
        return 0
    translated = dict(zip(pieces, answers, strict=True))
    return _keep(kind=kind, object_id=object_id, target=target, translated=translated, by=SYSTEM)


@transaction.atomic
def _keep(*, kind: str, object_id: UUID, target: str, translated: Mapping[Piece, str], by: Actor) -> int:
    """Write what still fits. The record's version stays: a machine must not get in the way of somebody who edits."""
    model = record_model(kind)
    record: Any = model._default_manager.select_for_update().filter(id=object_id).first()  # noqa: SLF001 - the manager
    if record is None:
        return 0
    fitting = [piece for piece in missing(record, target) if translated.get(piece, "").strip()]
    if not fitting:
        return 0
    for piece in fitting:
        put(record, piece, translated[piece], target=target)
    record.save(update_fields=sorted({piece.place.partition(".")[0] for piece in fitting}))
    fields = {"language": target, "fields": [piece.place for piece in fitting]}
    log_change(record, "translated", by=by, fields=fields)
    if not record.is_from_partner:
        changed(kind, object_id)
    return len(fitting)


def _by_language(pieces: Sequence[Piece]) -> dict[str, list[Piece]]:
    ordered = sorted(pieces, key=lambda piece: piece.language)
    return {language: list(group) for language, group in groupby(ordered, key=lambda piece: piece.language)}


def _reference(*, kind: str, object_id: UUID, source: str, target: str, pieces: Sequence[Piece]) -> str:
    """Signed, safe in an address, and good for exactly these words."""
    order = {"kind": kind, "id": object_id.hex, "source": source, "target": target, "of": fingerprint_of(pieces)}
    return signing.dumps(order, salt=_SALT)


def _order(reference: str) -> dict[str, str]:
    unknown = NotFound("translation.unknown", _("Nobody here has ordered this translation."))
    if not has_translator():
        raise unknown
    try:
        order: dict[str, str] = signing.loads(reference, salt=_SALT, max_age=SECONDS_OF_AN_ORDER)
    except signing.BadSignature:
        raise unknown from None
    return order

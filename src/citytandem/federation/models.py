"""Who this node is, whom it is paired with, and what it has agreed with them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from citytandem.core.ids import uuid7
from citytandem.federation.models_log import (
    Changed,
    Doubt,
    Exchange,
    HeadSeen,
    HeldBack,
    LogEntry,
    Nonce,
    OpenEntry,
    PulledPage,
    SetAside,
    SharedObject,
    Usage,
)

__all__ = [
    "AgreementVersion", "Changed", "Doubt", "Exchange", "HeadSeen", "HeldBack", "Identity", "KnownNode", "LogEntry", "Nonce",
    "OpenEntry", "OwnKey", "Peer", "PeerState", "PulledPage", "SetAside", "SharedObject", "Usage",
]  # fmt: skip

LONGEST_DID = 512


class Identity(models.Model):
    """The name under which this node signs. It stays what it was when the first partner came, also if the address changes.

    `passes_on`: what partners allow to be passed on goes into our own log (a programme's hub).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    did = models.CharField(max_length=LONGEST_DID)
    passes_on = models.BooleanField(default=False)
    started_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="federation_identity_is_single")]

    def __str__(self) -> str:
        return self.did


class OwnKey(models.Model):
    """A key of this node. The secret is kept encrypted under the node's signing key, and is gone once the key has ended.

    `voucher`: the proof by which the key before it vouches for it, null for the first.
    """

    multikey = models.CharField(max_length=100, unique=True)
    secret = models.BinaryField(null=True)
    voucher = models.JSONField(null=True)
    valid_from = models.DateTimeField()
    expires = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires=None) | Q(expires__gt=models.F("valid_from")), name="own_key_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(revoked=None) | Q(secret=None), name="own_key_revoked_has_no_secret"),
            # Two processes that start for the first time must not make two.
            models.UniqueConstraint(
                models.Value(1), condition=Q(expires=None, revoked=None), name="own_key_current_is_single"
            ),
        ]

    def __str__(self) -> str:
        return self.multikey


class KnownNode(models.Model):
    """The document of another node, as last fetched or brought by file: its keys, also of origins we have not paired with.

    Since an administrator has compared its words, only `vouched` keys count (multikeys; null: its address vouches for all),
    `revoked` ones stay so (multikey to time), and nothing older than `made` takes the document's place. `offered`: a later
    document that no key that counts has proven; it waits for somebody to compare words again.
    """

    did = models.CharField(max_length=LONGEST_DID, unique=True)
    document = models.JSONField()
    vouched = models.JSONField(null=True)
    revoked = models.JSONField(default=dict, blank=True)
    made = models.CharField(max_length=20, blank=True)
    offered = models.JSONField(null=True)
    fetched_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.did


class PeerState(models.TextChoices):
    """How things stand with a partner. Names are worded in `wording.py`."""

    WAITING = "waiting"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Peer(models.Model):
    """A partner node whose fingerprint an administrator has compared.

    `cursor_*`: how far we have read its log, stored; `rereads`: the cursor of a second reading from 0 after what flows has
    become wider, null otherwise; `rereads_again_at`: when one begins that cannot be too early. `sent_number`: how far it
    has read ours. `by_file`: exchanged by files, never asked. `paused_code` is a code of the protocol, or `manual`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    did = models.CharField(max_length=LONGEST_DID, unique=True)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=PeerState, default=PeerState.WAITING)
    by_file = models.BooleanField(default=False)
    confirmed_key = models.CharField(max_length=100)
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    cursor_number = models.BigIntegerField(default=0)
    cursor_digest = models.CharField(max_length=64)
    rereads_number = models.BigIntegerField(null=True)
    rereads_digest = models.CharField(max_length=64, blank=True)
    rereads_again_at = models.DateTimeField(null=True)
    head_number = models.BigIntegerField(default=0)
    sent_number = models.BigIntegerField(default=0)
    next_pull_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True)
    last_asked_us_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error_code = models.CharField(max_length=60, blank=True)
    paused_at = models.DateTimeField(null=True)
    paused_code = models.CharField(max_length=60, blank=True)
    alerted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PeerState.values), name="peer_state_known"),
            models.CheckConstraint(
                condition=Q(state="paused", paused_at__isnull=False) | (~Q(state="paused") & Q(paused_at=None)),
                name="peer_paused_has_time",
            ),
            models.CheckConstraint(condition=Q(cursor_number__gte=0), name="peer_cursor_not_negative"),
        ]
        indexes = [models.Index(fields=["next_pull_at"], condition=Q(state="active"), name="peer_due")]

    def __str__(self) -> str:
        return self.name


class AgreementVersion(models.Model):
    """One version of what flows between us and a partner, with the proofs it has so far.

    `begun_at`: when it took effect here, both having signed it and its start having come. `tries` in vain to deliver it,
    the next one not before `next_try_at`.
    """

    peer = models.ForeignKey(Peer, on_delete=models.CASCADE, related_name="agreements")
    uri = models.CharField(max_length=700)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    signed_by_us = models.BooleanField(default=False)
    signed_by_them = models.BooleanField(default=False)
    starts = models.DateTimeField()
    until = models.DateTimeField()
    received_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "version", "digest"], name="agreement_version_once"),
            models.CheckConstraint(
                condition=Q(signed_by_us=True) | Q(signed_by_them=True), name="agreement_signed_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["peer", "-version"], name="agreement_newest")]

    def __str__(self) -> str:
        return f"{self.uri} {self.version}"

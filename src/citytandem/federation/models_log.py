"""The log of this node, the objects it holds of its own and of others, and how it reads the logs of its partners."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

LONGEST_URI = 700
VISIBILITIES = ["public", "partners", "named"]


class SharedObject(models.Model):
    """The newest version of an object, our own (`from_peer` is null) or somebody else's. Never merged, never edited.

    `body`: the signed object as JSON text, as it came; of a withdrawn one the tombstone, so that nothing of it is left.
    `kind`: `Problem`, `Solution` …; of a tombstone the kind it had. `entry`: number of the newest entry of our own log
    that names this version, null where we do not pass it on. `local_kind` and `local_id`: what it is made from here.
    `applied_version`: which version the module that shows it has taken over; 0: none. `refusal`: why it could not.
    """

    uri = models.CharField(max_length=LONGEST_URI)
    origin = models.CharField(max_length=512)
    kind = models.CharField(max_length=80)
    schema = models.PositiveIntegerField(default=1)
    version = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    visibility = models.CharField(max_length=8)
    audience = ArrayField(models.CharField(max_length=512), default=list, blank=True)
    in_reply_to = models.CharField(max_length=LONGEST_URI, blank=True)
    published = models.DateTimeField()
    expires = models.DateTimeField(null=True)
    is_tombstone = models.BooleanField(default=False)
    body = models.TextField()
    from_peer = models.ForeignKey(
        "federation.Peer", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    source_number = models.BigIntegerField(null=True)
    source_digest = models.CharField(max_length=64, blank=True)
    is_own = models.BooleanField(default=False)
    entry = models.BigIntegerField(null=True)
    local_kind = models.CharField(max_length=24, blank=True)
    local_id = models.UUIDField(null=True)
    received_at = models.DateTimeField()
    applied_version = models.BigIntegerField(default=0)
    is_gone = models.BooleanField(default=False)
    refusal = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            # As a constraint it has one index; a unique column would have a second one, for patterns nobody looks for.
            models.UniqueConstraint(fields=["uri"], name="shared_object_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="shared_object_version_from_1"),
            models.CheckConstraint(condition=Q(visibility__in=VISIBILITIES), name="shared_object_visibility_known"),
            models.CheckConstraint(condition=Q(is_own=False) | Q(from_peer=None), name="shared_object_one_writer"),
            models.UniqueConstraint(
                fields=["local_kind", "local_id"], condition=Q(is_own=True), name="shared_object_own_once"
            ),
        ]
        indexes = [
            models.Index(fields=["origin", "kind"], name="shared_object_origin"),
            models.Index(fields=["in_reply_to"], condition=~Q(in_reply_to=""), name="shared_object_answers"),
            models.Index(
                fields=["id"],
                condition=Q(is_own=False, refusal="") & ~Q(applied_version=models.F("version")),
                name="shared_object_to_apply",
            ),
            models.Index(
                fields=["expires"],
                condition=Q(is_own=False, is_gone=False, expires__isnull=False),
                name="shared_object_expiring",
            ),
            models.Index(fields=["from_peer", "kind"], name="shared_object_from"),
        ]

    def __str__(self) -> str:
        return f"{self.uri} {self.version}"


class LogEntry(models.Model):
    """A link of our own log, append-only: for ever, also after its object was withdrawn."""

    number = models.BigIntegerField(primary_key=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    kind = models.CharField(max_length=6)
    uri = models.CharField(max_length=LONGEST_URI)
    version = models.BigIntegerField()
    object_digest = models.CharField(max_length=64)
    source = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="log_entry_from_1"),
            models.CheckConstraint(condition=Q(kind__in=["put", "delete"]), name="log_entry_kind_known"),
            models.UniqueConstraint(fields=["previous"], name="log_entry_one_after_another"),
        ]
        indexes = [models.Index(fields=["uri"], name="log_entry_uri")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.uri}"


class PulledPage(models.Model):
    """What we have seen of a partner's chain: digests of the entries `first` to `last`, 32 bytes each, one after another.

    So a past that is told in another way later is noticed, and heads can be compared with it.
    """

    peer = models.ForeignKey("federation.Peer", on_delete=models.CASCADE, related_name="pages")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    digests = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["peer", "first"], name="pulled_page_once"),
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="pulled_page_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.peer_id} {self.first}-{self.last}"


class OpenEntry(models.Model):
    """An entry of a partner's log without an object, that a later entry has to bring (`pages.unfilled`)."""

    peer = models.ForeignKey("federation.Peer", on_delete=models.CASCADE, related_name="open_entries", db_index=False)
    uri = models.CharField(max_length=LONGEST_URI)
    version = models.BigIntegerField()
    number = models.BigIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "uri"], name="open_entry_once")]
        indexes = [models.Index(fields=["peer", "since"], name="open_entry_oldest")]

    def __str__(self) -> str:
        return f"{self.uri} {self.version}"


class Changed(models.Model):
    """Something of our own that was changed and has not been looked at since. Written with the change, in its transaction.

    Never changed and never unique, so that nobody who writes one waits for another.
    """

    local_kind = models.CharField(max_length=24)
    local_id = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.local_kind} {self.local_id}"


class HeldBack(models.Model):
    """Something of our own that is not published although it would be: for example because it holds personal data."""

    local_kind = models.CharField(max_length=24)
    local_id = models.UUIDField()
    code = models.CharField(max_length=60)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["local_kind", "local_id"], name="held_back_once")]

    def __str__(self) -> str:
        return f"{self.local_kind} {self.local_id}: {self.code}"


class SetAside(models.Model):
    """An object of a partner's page that was not used; the page counted all the same. `code` is one of the protocol."""

    peer = models.ForeignKey("federation.Peer", on_delete=models.CASCADE, related_name="set_aside")
    number = models.BigIntegerField()
    uri = models.CharField(max_length=LONGEST_URI)
    version = models.BigIntegerField()
    code = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "number"], name="set_aside_once")]
        indexes = [models.Index(fields=["peer", "-id"], name="set_aside_newest")]

    def __str__(self) -> str:
        return f"{self.uri}: {self.code}"


class Doubt(models.Model):
    """Proof that a node told two histories, or two contents of one version: two signed documents, to be shown to anybody."""

    node = models.CharField(max_length=512)
    code = models.CharField(max_length=60)
    first = models.JSONField()
    second = models.JSONField()
    told_by = models.CharField(max_length=512, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["node", "-id"], name="doubt_of_node")]

    def __str__(self) -> str:
        return f"{self.node}: {self.code}"


class HeadSeen(models.Model):
    """The newest head of a node's log as told by one teller: the node itself (`told_by` empty) or a partner of ours."""

    node = models.CharField(max_length=512)
    told_by = models.CharField(max_length=512, blank=True)
    number = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    body = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "told_by"], name="head_seen_once")]

    def __str__(self) -> str:
        return f"{self.node} {self.number}"


class Nonce(models.Model):
    """A nonce that was used, until its request has expired for certain."""

    key = models.CharField(max_length=640)
    nonce = models.CharField(max_length=64)
    keep_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "nonce"], name="nonce_once")]
        indexes = [models.Index(fields=["keep_until"], name="nonce_old")]

    def __str__(self) -> str:
        return self.nonce


class Usage(models.Model):
    """What a partner has used in an hour: for its quota, and to show the volume."""

    peer = models.ForeignKey("federation.Peer", on_delete=models.CASCADE, related_name="usage")
    hour = models.DateTimeField()
    requests = models.PositiveIntegerField(default=0)
    bytes_out = models.BigIntegerField(default=0)
    bytes_in = models.BigIntegerField(default=0)
    objects_in = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["peer", "hour"], name="usage_once_an_hour")]

    def __str__(self) -> str:
        return f"{self.peer_id} {self.hour}"


class Exchange(models.Model):
    """One attempt to read a partner's log, or a file of it: what the partner's page shows as its latest history."""

    peer = models.ForeignKey("federation.Peer", on_delete=models.CASCADE, related_name="exchanges")
    at = models.DateTimeField()
    way = models.CharField(max_length=6)
    code = models.CharField(max_length=60, blank=True)
    taken = models.PositiveIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(way__in=["pull", "file", "heads"]), name="exchange_way_known")
        ]
        indexes = [models.Index(fields=["peer", "-id"], name="exchange_newest")]

    def __str__(self) -> str:
        return f"{self.peer_id} {self.at} {self.code}"

"""The one index over everything that can be found, own and partners', with one row per language version of a thing."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from citytandem.core.languages import LANGUAGES
from citytandem.search.fields import HalfVectorField

# Raw vectors are as wide as the model makes them, corrected ones as wide as the learned map (see `space.py`).
RAW_DIMENSIONS = 384
DIMENSIONS = 256


class Entry(models.Model):
    """A findable language version. `embedding` is the corrected vector (see `space.py`), null until computed."""

    kind = models.CharField(max_length=24)
    object_id = models.UUIDField()
    language = models.CharField(max_length=2)
    is_original = models.BooleanField(default=True)
    title = models.TextField()
    text = models.TextField(blank=True)
    text_hash = models.BinaryField(max_length=16)
    themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    city = models.UUIDField(null=True)
    country = models.CharField(max_length=2, blank=True)
    is_public = models.BooleanField(default=True)
    words = SearchVectorField(null=True)
    embedding = HalfVectorField(DIMENSIONS, null=True)
    embedded_with = models.CharField(max_length=60, blank=True)
    hubness = models.FloatField(default=0.0)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id", "language"], name="entry_once_per_language"),
            models.CheckConstraint(condition=models.Q(language__in=LANGUAGES), name="entry_language_known"),
        ]
        indexes = [
            GinIndex(fields=["words"], name="entry_words"),
            models.Index(fields=["object_id"], name="entry_object"),
            models.Index(fields=["id"], condition=models.Q(embedding=None), name="entry_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} ({self.language})"


class RawVector(models.Model):
    """The model's own vector of a text, kept by the text's hash: the same words are never embedded twice."""

    text_hash = models.BinaryField(max_length=16)
    embedder = models.CharField(max_length=60)
    vector = HalfVectorField(RAW_DIMENSIONS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["embedder", "text_hash"], name="raw_vector_once")]

    def __str__(self) -> str:
        return f"{self.embedder} {bytes(self.text_hash).hex()}"


class LanguageMean(models.Model):
    """Mean raw vector of the texts of one kind and language in this index, and of how many; see `space.py`.

    `is_in_use` once all entries of the group are corrected by it.
    """

    embedder = models.CharField(max_length=60)
    kind = models.CharField(max_length=24)
    language = models.CharField(max_length=2)
    texts = models.PositiveIntegerField()
    mean = HalfVectorField(RAW_DIMENSIONS)
    is_in_use = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["embedder", "kind", "language"], name="language_mean_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language} ({self.texts})"


class TermCount(models.Model):
    """In how many entries a term occurs; refreshed now and then, never exact."""

    term = models.CharField(max_length=60, primary_key=True)
    entries = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.term}: {self.entries}"


class Surroundings(models.Model):
    """For how many entries of a kind the hubness was last measured against the index itself."""

    kind = models.CharField(max_length=24, primary_key=True)
    entries = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.kind}: {self.entries}"

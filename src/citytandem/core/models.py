"""The node's own settings, one row; and how often somebody tried something."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from citytandem.core.languages import LANGUAGES

LONGEST_NAME = 120


def all_languages() -> list[str]:
    """The nine, for a new node."""
    return list(LANGUAGES)


class Node(models.Model):
    """Which city runs this node, how it looks, what is switched on. One row at most, kept by a constraint.

    `texts`: legal texts and templates of e-mails by name, each by language. `periods`: days by the name of a holding of
    personal data, where the administrator has chosen other than the default.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=LONGEST_NAME)
    home_city = models.UUIDField(null=True)
    home_slug = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=2, default="en")
    demo = models.CharField(max_length=40, blank=True)
    languages = ArrayField(models.CharField(max_length=2), default=all_languages)
    hidden_themes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    colour = models.CharField(max_length=7, blank=True)
    logo = models.BinaryField(null=True)
    logo_alt = models.CharField(max_length=200, blank=True)
    logo_key = models.CharField(max_length=16, blank=True)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(blank=True)
    contact_address = models.TextField(blank=True)
    switches = models.JSONField(default=dict, blank=True)
    texts = models.JSONField(default=dict, blank=True)
    periods = models.JSONField(default=dict, blank=True)
    blocked_words = models.TextField(blank=True)
    blocked_hosts = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="node_is_single"),
            models.CheckConstraint(
                condition=models.Q(colour="") | models.Q(colour__regex=r"^#[0-9a-f]{6}$"), name="node_colour_is_hex"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Attempts(models.Model):
    """How often something was tried under one key since `since`; the key tells nobody's address."""

    key = models.CharField(max_length=100, primary_key=True)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["since"], name="attempts_old")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"

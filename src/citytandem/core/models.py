"""The node's own settings: one row."""

from __future__ import annotations

from django.db import models

LONGEST_NAME = 120


class Node(models.Model):
    """Which city runs this node. One row at most, kept by a constraint."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=LONGEST_NAME)
    home_city = models.UUIDField(null=True)
    home_slug = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=2, default="en")
    demo = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="node_is_single")]

    def __str__(self) -> str:
        return self.name

"""Findings are records of the work like the others: they have an origin and travel to the partner's node."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def as_noted(apps: Any, _editor: Any) -> None:
    apps.get_model("partnerships", "Finding").objects.update(changed_at=F("created_at"))


def with_titles(apps: Any, _editor: Any) -> None:
    """A title is needed now; the text takes its place where none was noted."""
    rows = apps.get_model("partnerships", "Finding").objects.filter(title={})
    for row in rows:
        row.title = {code: {**said, "text": said["text"][:200]} for code, said in row.text.items() if said.get("text")}
        row.title = row.title or {row.language: {"text": row.value or "–", "by": "human"}}
        row.save(update_fields=["title"])


class Migration(migrations.Migration):
    dependencies = [
        ("partnerships", "0008_convening"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField("finding", "noted_by", "created_by"),
        migrations.RenameField("finding", "noted_at", "created_at"),
        migrations.AddField("finding", "changed_at", models.DateTimeField(default=django.utils.timezone.now), preserve_default=False),
        migrations.AddField("finding", "origin", models.CharField(blank=True, max_length=512)),
        migrations.AddField("finding", "origin_uri", models.CharField(blank=True, max_length=700)),
        migrations.RunPython(as_noted, migrations.RunPython.noop),
        migrations.RunPython(with_titles, migrations.RunPython.noop),
        migrations.AlterField(
            "finding",
            "partnership",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="%(class)ss", to="partnerships.partnership"
            ),
        ),
        migrations.AddConstraint(
            "finding", models.CheckConstraint(condition=~models.Q(title={}), name="finding_has_a_title")
        ),
        migrations.AddConstraint(
            "finding",
            models.CheckConstraint(
                condition=models.Q(origin="", origin_uri="") | ~(models.Q(origin="") | models.Q(origin_uri="")),
                name="finding_whole_origin",
            ),
        ),
    ]

"""One HNSW graph per kind, so that a search for one kind never wades through another (pgvector 0.8, halfvec)."""

from django.db import migrations

KINDS = ("problem", "solution", "city")


def create(kind: str) -> str:
    return (
        f"CREATE INDEX entry_near_{kind} ON search_entry USING hnsw (embedding halfvec_ip_ops) "
        f"WITH (m = 16, ef_construction = 64) WHERE kind = '{kind}'"
    )


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]
    operations = [migrations.RunSQL(create(kind), f"DROP INDEX entry_near_{kind}") for kind in KINDS]

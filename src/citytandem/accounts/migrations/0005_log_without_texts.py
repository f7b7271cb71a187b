"""The log of settings keeps how long texts were, not the texts: names of people stood in them for good."""

from typing import Any

from django.db import migrations

_LONG = ("blocked_words", "blocked_hosts")


def _lengths(facts: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    lengths: dict[str, Any] = dict(facts.get("lengths", {}))
    for name, value in facts.items():
        if not isinstance(value, list) or len(value) != 2:
            kept[name] = value
        elif all(isinstance(part, dict) for part in value):
            for part in sorted({*value[0], *value[1]}):
                lengths[f"{name}.{part}"] = [len(str(one.get(part, ""))) for one in value]
        else:
            lengths[name] = [len(str(part)) for part in value]
    return {**kept, "lengths": lengths} if lengths else kept


def shorten(apps: Any, _schema_editor: Any) -> None:
    entries = apps.get_model("accounts", "Entry").objects
    for entry in entries.filter(what__in=["node.text_changed", "node.mail_changed"]).iterator():
        entry.facts = _lengths(entry.facts)
        entry.save(update_fields=["facts"])
    for entry in entries.filter(what="node.changed", facts__has_any_keys=_LONG).iterator():
        long = _lengths({name: entry.facts[name] for name in _LONG if name in entry.facts})
        entry.facts = {name: value for name, value in entry.facts.items() if name not in _LONG} | long
        entry.save(update_fields=["facts"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_confirmed_addresses")]
    operations = [migrations.RunPython(shorten, migrations.RunPython.noop, elidable=True)]

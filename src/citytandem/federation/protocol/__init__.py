"""The protocol between nodes (docs/protocol): bytes, keys and times in, findings out. Pure: no Django, no network."""

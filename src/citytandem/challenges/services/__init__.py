"""Writing: one file per use case."""

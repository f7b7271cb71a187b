"""The conversation over HTTP, split by use case."""

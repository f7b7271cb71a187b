"""Writing, following and telling, split by use case."""

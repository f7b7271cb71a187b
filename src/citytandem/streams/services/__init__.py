"""Writing the two streams, split by use case."""

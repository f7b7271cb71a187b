"""Pages of the two streams, split by use case: HTTP only, they parse, call and render."""

"""Cities that keep their own node and still work as one network."""

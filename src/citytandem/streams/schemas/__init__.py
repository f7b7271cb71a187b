"""Shapes of what the API of the two streams reads and writes."""

"""The real programme as a demo: fifteen cities, their partnerships, and both streams made from its published facts."""

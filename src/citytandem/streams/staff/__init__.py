"""The staff desk: a department's problems, what is done with many at once, exports and statistics."""

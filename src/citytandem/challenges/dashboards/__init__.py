"""Figures of the way from a problem to an effect: how far challenges come, how long each stage takes, what waits. Pure."""

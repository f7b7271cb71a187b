"""Ranking proposals by criteria, and how sure the ranking is. Pure: numpy and scipy only."""

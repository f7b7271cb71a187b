"""Programmes: profiles of cities, applications, the matching of a cohort, and what happens when a city leaves."""

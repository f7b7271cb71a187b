"""Replication passports: what decides whether a solution works in another city, and what has to be done first."""

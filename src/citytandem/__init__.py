"""citytandem: one node per city; problems and solutions find each other across cities and languages."""

__version__ = "0.1.0"

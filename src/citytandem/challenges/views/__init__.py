"""Pages of challenges: they only speak HTTP."""

"""The best partners of a place among all places of Europe, exactly. Pure."""

"""Pages of moderation, one file per kind of reader."""

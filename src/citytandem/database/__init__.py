"""The database a node stands on: our own PostgreSQL server, or the one named by DATABASE_URL."""


class EmbeddedDatabaseError(RuntimeError):
    """The embedded database cannot do what was asked; the message says why and what to do."""

"""HTTP only: the protocol between nodes, and the pages of the administrator."""

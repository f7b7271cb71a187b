"""Departments and organisations: who answers for what, who they are, and who belongs to them."""

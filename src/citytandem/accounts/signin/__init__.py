"""Signing in and up: django-allauth's flows behind our own addresses, forms, pages and limits."""

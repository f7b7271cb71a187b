"""Addresses of challenges of partner cities, and of what this city answers to them."""

from __future__ import annotations

from django.urls import URLPattern, path

from citytandem.challenges.views import partners

_ONE = "challenges/partners/<str:code>"
_ANSWER = f"{_ONE}/answers/<str:answer>"

urlpatterns: list[URLPattern] = [
    path("challenges/partners", partners.partner_list, name="partner-challenges"),
    path(_ONE, partners.partner, name="partner-challenge"),
    path(f"{_ONE}/answers/new", partners.new, name="partner-answer-new"),
    path(f"{_ANSWER}/edit", partners.edit, name="partner-answer-edit"),
    path(f"{_ANSWER}/withdraw", partners.withdraw, name="partner-answer-withdraw"),
]

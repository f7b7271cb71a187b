"""Addresses of challenges themselves."""

from __future__ import annotations

from django.urls import URLPattern, path

from citytandem.challenges.views import challenge_writing, challenges

urlpatterns: list[URLPattern] = [
    path("challenges", challenges.challenge_list, name="challenges"),
    path("challenges/new", challenge_writing.new, name="challenge-new"),
    path("challenges/<str:key>", challenges.challenge, name="challenge"),
    path("challenges/<str:key>/edit", challenge_writing.edit, name="challenge-edit"),
    path("challenges/<str:key>/criteria", challenge_writing.criteria, name="challenge-criteria"),
    path("challenges/<str:key>/send", challenges.send, name="challenge-send"),
    path("challenges/<str:key>/review", challenges.review, name="challenge-review"),
    path("challenges/<str:key>/dates", challenges.dates, name="challenge-dates"),
    path("challenges/<str:key>/start", challenges.start, name="challenge-start"),
    path("challenges/<str:key>/withdraw", challenges.withdraw, name="challenge-withdraw"),
]

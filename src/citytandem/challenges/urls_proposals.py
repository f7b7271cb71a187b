"""Addresses of proposals, questions and the funnel."""

from __future__ import annotations

from django.urls import path

from citytandem.challenges.views import funnel, importing, proposals, questions

urlpatterns = [
    path("challenges/<str:key>/proposals", proposals.proposal_list, name="proposals"),
    path("challenges/<str:key>/proposals/new", proposals.new, name="proposal-new"),
    path("challenges/<str:key>/proposals/import", importing.imports, name="proposal-imports"),
    path("challenges/<str:key>/proposals/import/<uuid:import_id>", importing.one_import, name="proposal-import"),
    path(
        "challenges/<str:key>/proposals/import/<uuid:import_id>/left-out.csv",
        importing.left_out,
        name="import-left-out",
    ),
    path("challenges/<str:key>/funnel", funnel.funnel, name="funnel"),
    path("challenges/<str:key>/funnel/step", funnel.step_many, name="funnel-step"),
    path("challenges/<str:key>/questions", questions.questions, name="questions"),
    path("challenges/<str:key>/questions/<uuid:question_id>", questions.answer, name="question-answer"),
    path("proposals/<str:code>", proposals.proposal, name="proposal"),
    path("proposals/<str:code>/edit", proposals.edit, name="proposal-edit"),
    path("proposals/<str:code>/versions", proposals.versions, name="proposal-versions"),
    path("proposals/<str:code>/withdraw", proposals.withdraw, name="proposal-withdraw"),
    path("proposals/<str:code>/step", funnel.step_one, name="proposal-step"),
    path("proposals/<str:code>/merge", funnel.merge, name="proposal-merge"),
    path("proposals/<str:code>/split", funnel.split, name="proposal-split"),
]

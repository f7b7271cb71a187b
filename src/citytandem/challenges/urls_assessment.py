"""Addresses of assessment, ranking and the decision."""

from __future__ import annotations

from django.urls import URLPattern, path

from citytandem.challenges.views import assessment, deciding

_ONE = "challenges/<str:key>"

# The code of a proposal last: it takes any word.
urlpatterns: list[URLPattern] = [
    path(f"{_ONE}/assessment", assessment.overview, name="assessment"),
    path(f"{_ONE}/assessment/jury", assessment.jury, name="jury"),
    path(f"{_ONE}/assessment/jury/<int:number>/remove", assessment.juror_gone, name="juror-remove"),
    path(f"{_ONE}/assessment/jury/<int:number>/reopen", assessment.juror_again, name="juror-reopen"),
    path(f"{_ONE}/assessment/done", assessment.done, name="assessment-done"),
    path(f"{_ONE}/assessment/close", assessment.close, name="assessment-close"),
    path(f"{_ONE}/assessment/rank", assessment.rank_again, name="rank-again"),
    path(f"{_ONE}/assessment/decide", deciding.decide, name="decide"),
    path(f"{_ONE}/assessment/<str:code>", assessment.assess, name="assess"),
    path(f"{_ONE}/ranking", deciding.ranking, name="ranking"),
    path(f"{_ONE}/ranking.json", deciding.ranking_file, name="ranking-file"),
    path(f"{_ONE}/decision", deciding.decision, name="decision"),
    path(f"{_ONE}/decision/log.json", deciding.log, name="decision-log"),
]

"""People answer surveys and read what was found, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core import throttle
from citytandem.core.csv_files import csv_lines
from citytandem.core.errors import DomainError, NotFound
from citytandem.core.permissions import allowed
from citytandem.partnerships.guarding import METHODS
from citytandem.partnerships.models import Survey, SurveyWave
from citytandem.partnerships.surveys import answering, reading, showing
from citytandem.partnerships.surveys.asking import is_open
from citytandem.partnerships.surveys.forms import AnswerForm
from citytandem.partnerships.surveys.views_building import answer_context, title_of

# A whole conference may answer from one network.
_OPENLY = throttle.Limit("survey_open", most=200, seconds=3_600)


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent."""

    values: dict[str, Any]
    may_be_quoted: bool


def _page(request: HttpRequest, wave: SurveyWave, save: Callable[[Sent], None], *, is_used: bool) -> HttpResponse:
    survey, reader = wave.survey, get_language() or "en"
    form = AnswerForm(
        request.POST or None, questions=reading.questions_of(survey), reader=reader, original=survey.language
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                save(Sent(form.values(), form.cleaned_data.get("may_be_quoted", False)))
            except DomainError as error:
                error.raise_unless_about_input()
                status = error.status
                form.refuse(error)
            else:
                return HttpResponseRedirect(reverse("partnerships:survey-thanks"))
    context = answer_context(survey, form) | {"is_closed": not is_open(wave), "is_used": is_used, "wave": wave}
    return render(request, "partnerships/surveys/answer.html", context, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(METHODS)
def answer(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer with an invitation."""
    ticket = answering.ticket_of(secret)

    def save(sent: Sent) -> None:
        answering.answer_with_ticket(secret, sent.values, may_be_quoted=sent.may_be_quoted)

    return _page(request, ticket.wave, save, is_used=ticket.is_used)


@never_cache
@sensitive_post_parameters()
@require_http_methods(METHODS)
def answer_openly(request: HttpRequest, key: str) -> HttpResponse:
    """Answer where everybody may."""
    wave = answering.wave_of(key)

    def save(sent: Sent) -> None:
        throttle.count(_OPENLY, throttle.address_of(request))
        answering.answer_openly(key, sent.values, may_be_quoted=sent.may_be_quoted)

    return _page(request, wave, save, is_used=False)


@never_cache
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    """After an answer. The same page for everybody: nothing in the address tells which survey it was."""
    return render(request, "partnerships/surveys/thanks.html")


def _found(request: HttpRequest, slug: str) -> tuple[Survey, list[SurveyWave], reading.Found]:
    actor = actor_of(request)
    survey, waves = reading.survey_shown(actor, slug)
    wish = request.GET.get("wave", "")
    wave = next((one for one in waves if str(one.number) == wish), None) if wish else waves[-1]
    if wave is None:
        raise NotFound("survey.wave_unknown", showing.NO_WAVE)
    everything = allowed("partnerships.coordinate", actor, survey.programme)
    return survey, waves, reading.found_in(survey, waves, wave, everything=everything)


@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """What a wave found, with pictures and tables."""
    survey, waves, found = _found(request, slug)
    reader = get_language() or "en"
    context = {
        "survey": survey, "title": title_of(survey), "waves": waves, "found": found,
        "cards": showing.shown(survey, found, reader=reader),
        "coordinates": allowed("partnerships.coordinate", actor_of(request), survey.programme),
    }  # fmt: skip
    return render(request, "partnerships/surveys/results.html", context)


@require_safe
def results_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The same numbers as a table; what is hidden on the page is empty here."""
    survey, _waves, found = _found(request, slug)
    reader = get_language() or "en"
    rows = list(showing.as_rows(survey, found, reader=reader))
    response = StreamingHttpResponse(
        csv_lines(showing.HEADER, rows, language=reader), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{survey.slug}-{found.wave.number}.csv"'
    return response


@require_safe
def results_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The same numbers for machines."""
    survey, _waves, found = _found(request, slug)
    reader = get_language() or "en"
    rows = showing.as_rows(survey, found, reader=reader)
    told = {
        "survey": survey.slug, "wave": found.wave.number, "took_part": found.numbers.took_part, "least": survey.least,
        "is_anonymous": survey.is_anonymous, "rows": [dict(zip(showing.HEADER, row, strict=True)) for row in rows],
    }  # fmt: skip
    return HttpResponse(orjson.dumps(told), content_type="application/json")

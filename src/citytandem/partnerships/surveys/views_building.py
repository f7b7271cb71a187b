"""The coordination builds surveys, asks people and publishes what was found, over HTTP."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citytandem.accounts.contract import actor_of
from citytandem.core.errors import DomainError
from citytandem.core.permissions import allowed, require
from citytandem.core.versions import read
from citytandem.notifications.contract import absolute
from citytandem.partnerships.guarding import METHODS, answer, signed_in
from citytandem.partnerships.models import Programme, Survey
from citytandem.partnerships.presenters import partnership_brief
from citytandem.partnerships.programmes import presenters, selectors
from citytandem.partnerships.selectors import city_cards
from citytandem.partnerships.surveys import asking, building, reading
from citytandem.partnerships.surveys.forms import (
    AddressesForm,
    AnswerForm,
    QuestionForm,
    SurveyForm,
    WaveForm,
    question_values,
)

_BUILDER = "partnerships/surveys/builder.html"


def _reader() -> str:
    return get_language() or "en"


def _path(survey: Survey) -> str:
    return reverse("partnerships:survey", args=[survey.slug])


def title_of(survey: Survey) -> Any:
    """The title for the reader."""
    return read(survey.title, reader=_reader(), original=survey.language)


@require_safe
def surveys(request: HttpRequest, programme: str) -> HttpResponse:
    """The surveys of a programme: all for its coordination, published results for everybody."""
    actor = actor_of(request)
    found = selectors.programme_get(actor, programme)
    rows = [{"row": row, "title": title_of(row)} for row in reading.surveys_of(actor, found)]
    context = {
        "card": presenters.programme_card(found, reader=_reader()), "rows": rows,
        "coordinates": allowed("partnerships.coordinate", actor, found),
    }  # fmt: skip
    return render(request, "partnerships/surveys/list.html", context)


@never_cache
@require_http_methods(METHODS)
@signed_in
def new(request: HttpRequest, programme: str) -> HttpResponse:
    """Begin a survey."""
    actor = actor_of(request)
    found = selectors.programme_get(actor, programme)
    require("partnerships.coordinate", actor, found)
    form = SurveyForm(
        request.POST or None, partnerships=_partnerships(found), is_new=True, initial={"language": _reader()}
    )

    def save() -> str:
        row = building.survey_write(programme_id=found.id, survey_id=None, values=form.cleaned_data, by=actor)
        return _path(row)

    context = {"card": presenters.programme_card(found, reader=_reader()), "survey": None}
    return answer(
        request, form, save, template="partnerships/surveys/write.html", context=context, thanks=_("It is saved.")
    )


@never_cache
@require_http_methods(METHODS)
@signed_in
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what a survey is about."""
    survey = reading.survey_get(actor_of(request), slug)
    told = title_of(survey)
    values = {
        "title": told.text, "text": read(survey.text, reader=told.language).text, "language": told.language,
        "partnership": survey.partnership.slug if survey.partnership else "", "is_anonymous": survey.is_anonymous,
        "least": survey.least,
    }  # fmt: skip
    form = SurveyForm(request.POST or None, partnerships=_partnerships(survey.programme), is_new=False, initial=values)

    def save() -> str:
        building.survey_write(
            programme_id=survey.programme_id, survey_id=survey.id, values=form.cleaned_data, by=actor_of(request)
        )
        return _path(survey)

    context = {"card": presenters.programme_card(survey.programme, reader=_reader()), "survey": survey, "title": told}
    return answer(
        request, form, save, template="partnerships/surveys/write.html", context=context, thanks=_("It is saved.")
    )


@never_cache
@require_safe
@signed_in
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """The builder: questions in their order, waves with how many were asked and answered."""
    row = reading.survey_get(actor_of(request), slug)
    return render(request, _BUILDER, _builder(row))


def _builder(row: Survey, **forms: Any) -> dict[str, Any]:
    """What the builder shows. `forms`: those that were sent; the others are empty."""
    reader, questions = _reader(), reading.questions_of(row)
    waves = reading.waves_counted(row)
    cards = [
        {"row": question, "text": read(question.text, reader=reader, original=row.language)} for question in questions
    ]
    shown = [
        {
            "row": wave,
            "is_open": asking.is_open(wave),
            "link": absolute(f"/surveys/open/{wave.key}") if wave.key else "",
        }
        for wave in waves
    ]
    return {
        "card": presenters.programme_card(row.programme, reader=reader), "survey": row, "title": title_of(row),
        "text": read(row.text, reader=reader, original=row.language), "questions": cards, "waves": shown,
        "partnership": dict(_partnerships(row.programme)).get(row.partnership.slug) if row.partnership else "",
        "is_frozen": bool(waves), "wave_form": WaveForm(), "addresses": AddressesForm(),
        "has_open": any(wave.closed_at is None for wave in waves), **forms,
    }  # fmt: skip


@never_cache
@require_safe
@signed_in
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The survey as those who answer will see it."""
    row = reading.survey_get(actor_of(request), slug)
    form = AnswerForm(questions=reading.questions_of(row), reader=_reader(), original=row.language)
    return render(request, "partnerships/surveys/answer.html", answer_context(row, form) | {"is_preview": True})


def answer_context(survey: Survey, form: AnswerForm) -> dict[str, Any]:
    """What the page of those who answer needs."""
    return {
        "survey": survey, "form": form, "title": title_of(survey),
        "text": read(survey.text, reader=_reader(), original=survey.language),
    }  # fmt: skip


@never_cache
@require_http_methods(METHODS)
@signed_in
def question(request: HttpRequest, slug: str, key: str = "") -> HttpResponse:
    """Add a question or change one."""
    row = reading.survey_get(actor_of(request), slug)
    initial = {"language": _reader()}
    if key:
        initial = question_values(building.question_of(row, key), request.GET.get("language") or _reader())
    form = QuestionForm(request.POST or None, initial=initial)

    def save() -> str:
        saved = building.question_write(survey_id=row.id, key=key, values=form.cleaned_data, by=actor_of(request))
        return f"{_path(row)}#question-{saved.key}"

    context = {"survey": row, "title": title_of(row), "key": key}
    return answer(
        request, form, save, template="partnerships/surveys/question.html", context=context, thanks=_("It is saved.")
    )


@never_cache
@require_POST
@signed_in
def question_order(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Move a question up or down, or take it out."""
    row, actor, wish = reading.survey_get(actor_of(request), slug), actor_of(request), request.POST.get("wish", "")
    try:
        if wish == "remove":
            building.question_remove(survey_id=row.id, key=key, by=actor)
            messages.success(request, _("It is taken out."))
            return HttpResponseRedirect(f"{_path(row)}#questions-title")
        building.question_move(survey_id=row.id, key=key, up=wish == "up", by=actor)
    except DomainError as error:
        error.raise_unless_about_input()
        messages.error(request, str(error.message))
    return HttpResponseRedirect(f"{_path(row)}#question-{key}")


@never_cache
@require_POST
@signed_in
def wave_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the questions now."""
    row = reading.survey_get(actor_of(request), slug)
    form = WaveForm(request.POST)

    def save() -> str:
        asking.wave_open(
            survey_id=row.id, closes_at=form.ends(), everybody=form.cleaned_data["everybody"], by=actor_of(request)
        )
        return f"{_path(row)}#waves-title"

    context = _builder(row, wave_form=form)
    return answer(request, form, save, template=_BUILDER, context=context, thanks=_("The survey is open."))


@never_cache
@require_POST
@signed_in
def wave(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Close a wave, publish what it found, take that back, or invite the contacts."""
    row, actor, wish = reading.survey_get(actor_of(request), slug), actor_of(request), request.POST.get("wish", "")
    try:
        if wish == "close":
            asking.wave_close(survey_id=row.id, number=number, by=actor)
            messages.success(request, _("The wave is closed."))
        elif wish in ("publish", "hide"):
            asking.wave_publish(survey_id=row.id, number=number, shown=wish == "publish", by=actor)
            messages.success(
                request,
                _("The results are public.") if wish == "publish" else _("The results are not public any more."),
            )
        else:
            _told(request, asking.invite_contacts(survey_id=row.id, number=number, by=actor))
    except DomainError as error:
        error.raise_unless_about_input()
        messages.error(request, str(error.message))
    return HttpResponseRedirect(f"{_path(row)}#waves-title")


@never_cache
@require_POST
@signed_in
def invite(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Invite people by their addresses."""
    row = reading.survey_get(actor_of(request), slug)
    form = AddressesForm(request.POST)

    def save() -> str:
        told = asking.invite_addresses(
            survey_id=row.id, number=number, addresses=form.cleaned_data["addresses"], language=_reader(),
            by=actor_of(request),
        )  # fmt: skip
        _told(request, told)
        return f"{_path(row)}#waves-title"

    return answer(request, form, save, template=_BUILDER, context=_builder(row, addresses=form), thanks="")


def _told(request: HttpRequest, invited: asking.Invited) -> None:
    sent = ngettext("%(count)s invitation is on its way.", "%(count)s invitations are on their way.", invited.sent)
    messages.success(request, sent % {"count": invited.sent})
    if invited.known:
        known = ngettext("%(count)s person was asked before.", "%(count)s people were asked before.", invited.known)
        messages.info(request, known % {"count": invited.known})


def _partnerships(programme: Programme) -> list[tuple[str, str]]:
    """(short name, cities) of each. Two queries."""
    rows = list(programme.partnerships.order_by("slug"))
    cities = city_cards(list({member for row in rows for member in row.members}))
    return [(row.slug, partnership_brief(row, cities).title) for row in rows]

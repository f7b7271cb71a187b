"""Questions over HTTP: asking, reading, answering."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citytandem.accounts.contract import actor_of
from citytandem.challenges.forms_proposals import AnswerForm, QuestionForm
from citytandem.challenges.frame import frame_of
from citytandem.challenges.offering import count_question
from citytandem.challenges.question_pages import asked_of, questions_page_of
from citytandem.challenges.reading_proposals import question_of
from citytandem.challenges.selectors import challenge_get
from citytandem.challenges.services.questions import question_answer, question_ask
from citytandem.challenges.views.proposals import METHODS, to_sign_in
from citytandem.core.errors import DomainError, NotFound
from citytandem.core.permissions import require
from citytandem.core.subjects import HELD
from citytandem.moderation.contract import trace_of


@require_http_methods(METHODS)
def questions(request: HttpRequest, key: str) -> HttpResponse:
    """All questions and answers; asking."""
    actor, reader = actor_of(request), get_language() or "en"
    challenge = challenge_get(actor, key)
    form, status = QuestionForm(request.POST or None), 200
    if request.method == "POST":
        count_question(actor)
        status = 422
        if form.is_valid():
            try:
                made = question_ask(
                    challenge.id, text=form.cleaned_data["text"], by=actor, hint=reader, trace=trace_of(request)
                )
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                held = _("Thank you. Somebody looks at your question before everybody can read it.")
                fine = _("Thank you. Your question is here. You are told as soon as it is answered.")
                messages.success(request, held if made.moderation == HELD else fine)
                return HttpResponseRedirect(request.path)
    context = {
        "form": form,
        "frame": frame_of(actor, challenge, reader=reader, current="questions"),
        "page": questions_page_of(actor, challenge, after=request.GET.get("after"), reader=reader),
    }
    return render(request, "challenges/questions.html", context, status=status)


@require_http_methods(METHODS)
def answer(request: HttpRequest, key: str, question_id: UUID) -> HttpResponse:
    """Answer a question, correct the answer, or add it in another language."""
    actor, reader = actor_of(request), get_language() or "en"
    challenge = challenge_get(actor, key)
    if actor.is_anonymous and request.method != "POST":
        return to_sign_in(request)
    require("challenges.answer", actor, challenge)
    found = question_of(challenge, question_id)
    if found is None:
        raise NotFound("question.unknown", _("There is no such question."))
    form, status = AnswerForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = form.cleaned_data
            try:
                question_answer(found.id, text=values["text"], language=values["language"], by=actor, hint=reader)
            except DomainError as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("Your answer is here for everybody. All bidders are told."))
                return HttpResponseRedirect(f"/challenges/{key}/questions#question-{found.id}")
    context = {
        "form": form,
        "frame": frame_of(actor, challenge, reader=reader, current="questions"),
        "question": asked_of(found, actor=actor, reader=reader),
        "answers": found.answer,
    }
    return render(request, "challenges/question_answer.html", context, status=status)

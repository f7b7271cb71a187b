"""The kinds of notices about proposals and questions, and what each says in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Role
from citytandem.core.languages import NATIVE_NAMES
from citytandem.notifications.contract import NoticeKind, Paragraph, register_notice, register_template

PROPOSAL, QUESTIONS, DESK = "proposal", "challenge_questions", "challenge_desk"
STEP, STEPS, MERGED, SPLIT = "proposal_step", "proposal_steps", "proposal_merged", "proposal_split"
ASKED, ANSWERED = "challenge_asked", "challenge_answered"
WITHDRAWN, WAITING, IMPORTED = "proposal_withdrawn", "proposals_waiting", "proposals_imported"

Parameters = Mapping[str, Any]


def register_words() -> None:
    """Called once when Django is ready."""
    register_notice(
        NoticeKind(
            PROPOSAL,
            gettext_lazy("Your proposals"),
            gettext_lazy("Each step that they take, and why."),
            is_service=True,
        )
    )
    register_notice(
        NoticeKind(
            QUESTIONS,
            gettext_lazy("Answers to questions about challenges"),
            gettext_lazy("On challenges that you follow, or handed a proposal in for."),
        )
    )
    register_notice(
        NoticeKind(
            DESK,
            gettext_lazy("Challenges that you run"),
            gettext_lazy("New questions, proposals that wait or were taken back, tables that were read."),
            roles=frozenset({Role.INNOVATION_UNIT.value, Role.DEPARTMENT_STAFF.value}),
        )
    )
    _register_proposals()
    _register_questions()
    _register_desk()


def _register_proposals() -> None:
    example: dict[str, str | Promise] = {
        "step": gettext_lazy("On the shortlist"),
        "reason": gettext_lazy("It fits the sites on offer."),
        "reason_language": "",
    }
    register_template(
        STEP,
        label=gettext_lazy("A step of a proposal"),
        subject=lambda p: _("Your proposal “%(title)s”: %(step)s") % _worded(p),
        body=lambda p: [
            Paragraph(_("“%(title)s” has taken a step: %(step)s.") % _worded(p)),
            *_reason(p),
        ],
        action=gettext_lazy("See your proposal"),
        example=example,
    )
    register_template(
        STEPS,
        label=gettext_lazy("A step of several proposals"),
        subject=lambda p: _several(p) % _worded(p),
        body=lambda p: [Paragraph(_several(p) % _worded(p)), *_reason(p)],
        action=gettext_lazy("See your proposals"),
        example={**example, "count": "3"},
    )
    register_template(
        MERGED,
        label=gettext_lazy("Proposals that say the same"),
        subject=lambda p: _("Your proposal “%(title)s” and another one say the same") % p,
        body=lambda p: [
            Paragraph(_("“%(title)s” and the proposal %(other)s go on as one from now on.") % p),
            Paragraph(_("You are told of each step that this one takes. If they differ after all, write to the city.")),
        ],
        action=gettext_lazy("See your proposal"),
        example={"other": "7k3m9p2qrs"},
    )
    register_template(
        SPLIT,
        label=gettext_lazy("Proposals that were taken apart again"),
        subject=lambda p: _("Your proposal “%(title)s” stands on its own again") % p,
        body=lambda p: [Paragraph(_("“%(title)s” and the proposal %(other)s each go on for themselves.") % p)],
        action=gettext_lazy("See your proposal"),
        example={"other": "7k3m9p2qrs"},
    )


def _register_questions() -> None:
    register_template(
        ASKED,
        label=gettext_lazy("A question about a challenge"),
        subject=lambda p: _("A question about “%(title)s”") % p,
        body=lambda p: [
            Paragraph(_("Somebody asks about “%(title)s”. The answer is for everybody:") % p),
            *_quote(p),
        ],
        action=gettext_lazy("Answer the question"),
    )
    register_template(
        ANSWERED,
        label=gettext_lazy("An answer about a challenge"),
        subject=lambda p: _("An answer about “%(title)s”") % p,
        body=lambda p: [
            Paragraph(_("A question about “%(title)s” is answered. Everybody can read the answer:") % p),
            *_quote(p),
        ],
        action=gettext_lazy("Read the answer"),
    )


def _register_desk() -> None:
    register_template(
        WITHDRAWN,
        label=gettext_lazy("A proposal was taken back"),
        subject=lambda p: _("Taken back by its sender: %(title)s") % p,
        body=lambda p: [
            Paragraph(_("The sender has taken “%(title)s” back. The reason stands at the proposal.") % p),
            *([Paragraph(_("Its pilot is broken off."))] if p.get("pilots") not in {"", "0", None} else []),
        ],
        action=gettext_lazy("See the proposal"),
        example={"pilots": "1"},
    )
    register_template(
        WAITING,
        label=gettext_lazy("Proposals that wait too long"),
        subject=lambda p: _waiting(p) % p,
        body=lambda p: [
            Paragraph(_waiting(p) % p),
            Paragraph(_("Everybody can see how many wait. Each of them deserves a next step, or a reason why not.")),
        ],
        action=gettext_lazy("Open the funnel"),
        example={"count": "12"},
    )
    register_template(
        IMPORTED,
        label=gettext_lazy("A table of proposals is read"),
        subject=lambda p: _("Your table of proposals is read: %(title)s") % p,
        body=lambda p: [Paragraph(_("%(kept)s proposals were taken over, %(bad)s rows were left out.") % p)],
        action=gettext_lazy("See what was left out"),
        example={"kept": "980", "bad": "20"},
    )


def _worded(parameters: Parameters) -> dict[str, Any]:
    """The step came as its English msgid."""
    step = str(parameters.get("step", ""))
    return {**parameters, "step": _(step) if step else ""}


def _reason(parameters: Parameters) -> list[Paragraph]:
    """Why, in the words it was written in; where these are in another language, that is said."""
    reason, language = str(parameters.get("reason", "")), str(parameters.get("reason_language", ""))
    if not reason:
        return []
    is_other = language not in {"", get_language()}
    told = [Paragraph(_("Why (written in %(language)s):") % {"language": NATIVE_NAMES.get(language, language)})]
    return [*(told if is_other else [Paragraph(_("Why:"))]), Paragraph(reason, "quote", language if is_other else "")]


def _quote(parameters: Parameters) -> Sequence[Paragraph]:
    text = str(parameters.get("text", ""))
    return [Paragraph(text, "quote", str(parameters.get("text_language", "")))] if text else []


def _number(parameters: Parameters) -> int:
    count = str(parameters.get("count", ""))
    return int(count) if count.isdigit() else 2


def _several(parameters: Parameters) -> str:
    return ngettext(
        "%(count)s of your proposals for “%(title)s”: %(step)s",
        "%(count)s of your proposals for “%(title)s”: %(step)s",
        _number(parameters),
    )


def _waiting(parameters: Parameters) -> str:
    return ngettext(
        "%(count)s proposal for “%(title)s” has waited for 30 days",
        "%(count)s proposals for “%(title)s” have waited for 30 days",
        _number(parameters),
    )

"""The notices that every node has: their kinds, their words, and the reasons why somebody gets them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.notifications import kinds
from citytandem.notifications.kinds import NoticeKind, register_notice
from citytandem.notifications.wording import Paragraph, Parameters, register_template, register_why

FOLLOWING, AUTHOR, DEPARTMENT, MENTIONED = "following", "author", "department", "mentioned"
REPORTER, ROLE = "reporter", "role"
_STAFF = frozenset({"department_staff"})


def register_all() -> None:
    """Called once when Django is ready."""
    _register_whys()
    _register_kinds()
    _register_conversation()
    _register_moderation()
    _register_departments()
    _register_invitation()


def _register_whys() -> None:
    register_why(FOLLOWING, gettext_lazy("You get this because you follow it."))
    register_why(AUTHOR, gettext_lazy("You get this because you wrote it."))
    register_why(DEPARTMENT, gettext_lazy("You get this because you belong to the department that is responsible."))
    register_why(MENTIONED, gettext_lazy("You get this because your department was mentioned."))
    register_why(REPORTER, gettext_lazy("You get this because you reported it."))
    register_why(ROLE, gettext_lazy("You get this because of your role at this city."))


def _register_kinds() -> None:
    for kind in (
        NoticeKind(
            kinds.COMMENT, gettext_lazy("New comments"), gettext_lazy("On what you wrote or follow."), default="daily"
        ),
        NoticeKind(kinds.ANSWER, gettext_lazy("Official answers"), gettext_lazy("When the city answers.")),
        NoticeKind(kinds.QUESTION, gettext_lazy("Questions to you"), gettext_lazy("When somebody asks you back.")),
        NoticeKind(
            kinds.MENTION,
            gettext_lazy("Mentions"),
            gettext_lazy("When your department is mentioned."),
            roles=_STAFF,
        ),
        NoticeKind(kinds.STATUS, gettext_lazy("Progress"), gettext_lazy("When what you follow gets a new status.")),
        NoticeKind(
            kinds.NEW_PROBLEM,
            gettext_lazy("New problems for my department"),
            gettext_lazy("As soon as they reach it."),
            default="daily",
            roles=_STAFF,
        ),
        NoticeKind(
            kinds.SERVICE_TIME,
            gettext_lazy("Service times"),
            gettext_lazy("When an answer is due soon, or is late."),
            roles=_STAFF,
        ),
        NoticeKind(
            kinds.QUEUE,
            gettext_lazy("Waiting for moderation"),
            gettext_lazy("What nobody has decided about yet."),
            default="daily",
            roles=frozenset({"moderator"}),
        ),
        _service(kinds.DECISION, gettext_lazy("Decisions about what you wrote"), gettext_lazy("With the reasons.")),
        _service(kinds.REPORT, gettext_lazy("Your reports"), gettext_lazy("That we have them, and what we decided.")),
        _service(kinds.APPEAL, gettext_lazy("Your appeals"), gettext_lazy("That we have them, and what we decided.")),
        _service(kinds.INVITATION, gettext_lazy("Invitations"), gettext_lazy("To work with this city.")),
        _service(kinds.SECURITY, gettext_lazy("Your sign-in"), gettext_lazy("When something about it changes.")),
    ):
        register_notice(kind)


def _service(name: str, label: Any, hint: Any) -> NoticeKind:
    return NoticeKind(name, label, hint, is_service=True)


def _says(text: str) -> Paragraph:
    return Paragraph(text)


def _quote(parameters: Parameters) -> list[Paragraph]:
    text = str(parameters.get("text", ""))
    return [Paragraph(text, "quote", str(parameters.get("text_language", "")))] if text else []


def _label(parameters: Parameters, name: str) -> str:
    """A label that came as its English msgid, in the reader's language."""
    msgid = str(parameters.get(name, ""))
    return _(msgid) if msgid else ""


def _day(parameters: Parameters, name: str) -> str:
    """An ISO date as the reader's language writes it; what is no date stays."""
    value = str(parameters.get(name, ""))
    try:
        return date_format(date.fromisoformat(value[:10]), "DATE_FORMAT")
    except ValueError:
        return value


def _register_conversation() -> None:
    register_template(
        "comment",
        label=gettext_lazy("New comment"),
        subject=lambda p: _("New comment: %(title)s") % p,
        body=lambda p: [_says(_("%(by)s wrote about “%(title)s”:") % p), *_quote(p)],
        action=gettext_lazy("Read and answer"),
    )
    register_template(
        "answer",
        label=gettext_lazy("Official answer"),
        subject=lambda p: _("%(city)s answers: %(title)s") % p,
        body=lambda p: [_says(_("There is an official answer to “%(title)s”:") % p), *_quote(p)],
        action=gettext_lazy("Read the answer"),
    )
    register_template(
        "question",
        label=gettext_lazy("Question to the sender"),
        subject=lambda p: _("A question to you: %(title)s") % p,
        body=lambda p: [
            _says(_("%(by)s has a question about “%(title)s”:") % p),
            *_quote(p),
            _says(_("Your answer helps to find a solution sooner.")),
        ],
        action=gettext_lazy("Answer the question"),
    )
    register_template(
        "mention",
        label=gettext_lazy("Mention of a department"),
        subject=lambda p: _("Your department is mentioned: %(title)s") % p,
        body=lambda p: [_says(_("%(by)s mentions your department in “%(title)s”:") % p), *_quote(p)],
        action=gettext_lazy("Read and answer"),
    )
    register_template(
        "status",
        label=gettext_lazy("New status"),
        subject=lambda p: _("%(title)s: %(state)s") % (dict(p) | {"state": _label(p, "state")}),
        body=lambda p: [
            _says(_("“%(title)s” has a new status: %(state)s.") % (dict(p) | {"state": _label(p, "state")}))
        ],
        action=gettext_lazy("See what happens"),
        example={"state": gettext_lazy("In progress")},
    )


def _register_moderation() -> None:
    decided: dict[str, str | Promise] = {"decision": gettext_lazy("Removed")}
    register_template(
        "moderation_decision",
        label=gettext_lazy("Decision about a text"),
        subject=lambda p: _("We have decided about your text: %(title)s") % p,
        body=lambda p: [
            _says(_("We have looked at “%(title)s” and decided: %(decision)s.") % _decided(p)),
            _says(_("The page tells you the reasons, and how you can object. A second person then decides anew.")),
        ],
        action=gettext_lazy("Read the reasons"),
        example=decided,
    )
    register_template(
        "report_received",
        label=gettext_lazy("Receipt of a report"),
        subject=lambda p: _("We have your report: %(title)s") % p,
        body=lambda p: [
            _says(_("Thank you for telling us about “%(title)s”. Your report has the number %(number)s.") % p),
            _says(_("A person looks at it. Then we tell you what we decided.")),
        ],
        action=gettext_lazy("See your report"),
        example={"number": "2041"},
    )
    register_template(
        "report_decided",
        label=gettext_lazy("Decision about a report"),
        subject=lambda p: _("We have decided about your report: %(title)s") % p,
        body=lambda p: [
            _says(_("You reported “%(title)s” (number %(number)s). We decided: %(decision)s.") % _decided(p)),
            _says(_("If you think that this is wrong, you can object. A second person then decides anew.")),
        ],
        action=gettext_lazy("See the decision"),
        example=decided | {"number": "2041"},
    )
    register_template(
        "appeal_received",
        label=gettext_lazy("Receipt of an appeal"),
        subject=lambda p: _("We have your appeal: %(title)s") % p,
        body=lambda p: [
            _says(_("You object to our decision about “%(title)s”.") % p),
            _says(_("A person who did not make the first decision looks at it again. Then we tell you the result.")),
        ],
        action=gettext_lazy("See your appeal"),
    )
    register_template(
        "appeal_decided",
        label=gettext_lazy("Decision about an appeal"),
        subject=lambda p: _("We have decided about your appeal: %(title)s") % p,
        body=lambda p: [_says(_("A second person looked at “%(title)s” and decided: %(decision)s.") % _decided(p))],
        action=gettext_lazy("Read the decision"),
        example=decided,
    )
    register_template(
        "moderation_waiting",
        label=gettext_lazy("Something waits for moderation"),
        subject=lambda p: _("Waits for you: %(title)s") % p,
        body=lambda p: [_says(_("“%(title)s” waits for a decision by moderation.") % p)],
        action=gettext_lazy("Look at it"),
    )


def _decided(parameters: Parameters) -> dict[str, Any]:
    return dict(parameters) | {"decision": _label(parameters, "decision")}


def _register_departments() -> None:
    due: dict[str, str | Promise] = {"due": "2026-03-02", "department": gettext_lazy("Waste management")}
    register_template(
        "department_problem",
        label=gettext_lazy("New problem for a department"),
        subject=lambda p: _("New problem for %(department)s: %(title)s") % p,
        body=lambda p: [_says(_("“%(title)s” was written and goes to %(department)s.") % p)],
        action=gettext_lazy("Look at the problem"),
        example={"department": due["department"]},
    )
    register_template(
        "department_due",
        label=gettext_lazy("Answer due soon"),
        subject=lambda p: _("Answer by %(due)s: %(title)s") % (dict(p) | {"due": _day(p, "due")}),
        body=lambda p: [
            _says(
                _("%(department)s promised an answer to “%(title)s” by %(due)s.") % (dict(p) | {"due": _day(p, "due")})
            )
        ],
        action=gettext_lazy("Answer now"),
        example=due,
    )
    register_template(
        "department_overdue",
        label=gettext_lazy("Answer is late"),
        subject=lambda p: _("Answer is late: %(title)s") % p,
        body=lambda p: [
            _says(
                _("%(department)s promised an answer to “%(title)s” by %(due)s. It is still missing.")
                % (dict(p) | {"due": _day(p, "due")})
            )
        ],
        action=gettext_lazy("Answer now"),
        example=due,
    )


def _register_invitation() -> None:
    register_template(
        "invitation",
        label=gettext_lazy("Invitation"),
        subject=lambda p: _("Invitation from %(city)s") % p,
        body=lambda p: [
            _says(
                _("%(city)s invites you to work together here. Your role: %(role)s.")
                % (dict(p) | {"role": _label(p, "role")})
            ),
            *([_says(_("You would belong to: %(place)s.") % p)] if p.get("place") else []),
            _says(_("If you do not know what this is about, do nothing: without your yes nothing happens.")),
        ],
        action=gettext_lazy("Accept the invitation"),
        example={"role": gettext_lazy("Staff of a department"), "place": gettext_lazy("Waste management")},
    )

"""What people are told about challenges themselves: reviews, publishing, dates, criteria, the end."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.accounts.contract import Actor, Role, people_with_role
from citytandem.challenges.models import Challenge, Proposal
from citytandem.conversation.contract import followers_of
from citytandem.notifications.contract import (
    AUTHOR,
    FOLLOWING,
    ROLE,
    NoticeKind,
    Paragraph,
    notify,
    register_notice,
    register_template,
    register_why,
)
from citytandem.streams.contract import problems_by_id

REVIEW = "challenge_review"
NEWS = "challenge_news"
BIDDER = "bidder"


def register_all() -> None:
    """Called once when Django is ready."""
    register_why(BIDDER, gettext_lazy("You get this because you handed in a proposal."))
    register_notice(
        NoticeKind(
            REVIEW,
            gettext_lazy("Challenges to review"),
            gettext_lazy("When one waits for a second person, or yours was given back."),
            roles=frozenset({Role.INNOVATION_UNIT.value, Role.DEPARTMENT_STAFF.value}),
        )
    )
    register_notice(
        NoticeKind(
            NEWS,
            gettext_lazy("News about challenges"),
            gettext_lazy("Of those you take part in or follow, or that were made from what you wrote."),
        )
    )
    _register_review()
    _register_news()


def _register_review() -> None:
    register_template(
        "challenge_waits",
        label=gettext_lazy("A challenge waits for a second person"),
        subject=lambda p: _("Waits for a second person: %(title)s") % p,
        body=lambda p: [Paragraph(_("“%(title)s” is ready to be published. Read it, then publish it or give it back.") % p)],
        action=gettext_lazy("Review the challenge"),
    )  # fmt: skip
    register_template(
        "challenge_returned",
        label=gettext_lazy("A challenge was given back"),
        subject=lambda p: _("Given back: %(title)s") % p,
        body=lambda p: [Paragraph(_("“%(title)s” was not published. The page says what should be changed.") % p)],
        action=gettext_lazy("Read why"),
    )


def _register_news() -> None:
    register_template(
        "challenge_from_problem",
        label=gettext_lazy("A problem became a challenge"),
        subject=lambda p: _("Your problem is part of a challenge: %(title)s") % p,
        body=lambda p: [
            Paragraph(_("The city looks for solutions, also for what you told: “%(title)s”. Everybody can propose one.") % p)
        ],
        action=gettext_lazy("Read the challenge"),
    )  # fmt: skip
    register_template(
        "challenge_dates",
        label=gettext_lazy("New dates of a challenge"),
        subject=lambda p: _("New dates: %(title)s") % p,
        body=lambda p: [Paragraph(_("“%(title)s” has new dates. They are the same for everybody.") % p)],
        action=gettext_lazy("See the dates"),
    )
    register_template(
        "challenge_criteria",
        label=gettext_lazy("New criteria of a challenge"),
        subject=lambda p: _("The criteria have changed: %(title)s") % p,
        body=lambda p: [
            Paragraph(_("What proposals for “%(title)s” are measured by has changed, before anybody has assessed them.") % p),
            Paragraph(_("You can change your proposal until the challenge closes.")),
        ],
        action=gettext_lazy("See the criteria"),
    )  # fmt: skip
    register_template(
        "challenge_withdrawn",
        label=gettext_lazy("A challenge was withdrawn"),
        subject=lambda p: _("Withdrawn: %(title)s") % p,
        body=lambda p: [Paragraph(_("The city has withdrawn “%(title)s”. The page says why.") % p)],
        action=gettext_lazy("Read why"),
    )


def tell_waiting(challenge: Challenge, *, by: Actor) -> None:
    """The others of the innovation unit learn that something waits for one of them."""
    _tell(
        challenge, REVIEW, "challenge_waits", to=people_with_role(Role.INNOVATION_UNIT), why=ROLE, by=by, part="/review"
    )


def tell_returned(challenge: Challenge, *, by: Actor) -> None:
    """Who began it and who sent it learn that it was given back."""
    authors = {one for one in (challenge.sent_by_id, challenge.created_by_id) if one is not None}
    _tell(challenge, REVIEW, "challenge_returned", to=authors, why=AUTHOR, by=by, part="/review")


def tell_published(challenge: Challenge, *, by: Actor) -> None:
    """Whoever told one of its problems learns that solutions are looked for."""
    problems = list(challenge.problems.values_list("problem", flat=True))
    told = problems_by_id(problems, actor=by, language=challenge.language).values()
    authors = {one.author for one in told if one.author is not None}
    _tell(challenge, NEWS, "challenge_from_problem", to=authors, why=AUTHOR, by=by)


def tell_dates(challenge: Challenge, *, by: Actor) -> None:
    """All bidders, and whoever follows, learn of it alike."""
    _tell_all(challenge, "challenge_dates", by=by, part="#dates")


def tell_criteria(challenge: Challenge, *, by: Actor) -> None:
    """All bidders, and whoever follows, learn that they are measured by something else."""
    _tell_all(challenge, "challenge_criteria", by=by, part="#criteria")


def tell_withdrawn(challenge: Challenge, *, by: Actor) -> None:
    """Whoever follows learns of it; the senders of proposals are told of the step that these took."""
    others = set(followers_of("challenge", challenge.id)) - bidders_of(challenge)
    _tell(challenge, NEWS, "challenge_withdrawn", to=others, why=FOLLOWING, by=by)


def bidders_of(challenge: Challenge) -> set[UUID]:
    """Who has handed in a proposal and not withdrawn it."""
    rows = Proposal.objects.filter(challenge=challenge, created_by__isnull=False).exclude(step="withdrawn")
    return set(rows.values_list("created_by_id", flat=True))


def _tell_all(challenge: Challenge, template: str, *, by: Actor, part: str) -> None:
    bidders = bidders_of(challenge)
    _tell(challenge, NEWS, template, to=bidders, why=BIDDER, by=by, part=part)
    followers = set(followers_of("challenge", challenge.id)) - bidders
    _tell(challenge, NEWS, template, to=followers, why=FOLLOWING, by=by, part=part)


def _tell(
    challenge: Challenge, kind: str, template: str, *, to: Collection[UUID], why: str, by: Actor, part: str = ""
) -> None:
    others = sorted(person for person in to if person != by.id)
    if others:
        notify(
            kind=kind,
            template=template,
            to=others,
            about=("challenge", challenge.id),
            path=f"/challenges/{challenge.slug or challenge.code}{part}",
            parameters={},
            why=why,
        )

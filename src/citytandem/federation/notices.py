"""What administrators are told about partners: silence, a stop, two histories, an agreement to sign or about to end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citytandem.accounts.contract import Role, people_with_role
from citytandem.core import clock
from citytandem.federation.models import AgreementVersion, Peer, PeerState
from citytandem.federation.selectors import is_silent
from citytandem.notifications.contract import ROLE, NoticeKind, Paragraph, notify, register_notice, register_template

PARTNERS = "federation"
SILENT, PAUSED, DOUBT = "partner_silent", "partner_paused", "partner_doubt"
OFFERED, ENDING = "agreement_offered", "agreement_ending"
# Long enough for two cities to decide and sign.
WARNED_BEFORE = timedelta(days=30)

Parameters = Mapping[str, Any]


def register_all() -> None:
    """Called once when Django is ready."""
    register_notice(
        NoticeKind(
            PARTNERS,
            gettext_lazy("Partner nodes"),
            gettext_lazy("When one falls silent, is paused, or an agreement waits for you."),
            roles=frozenset({Role.ADMINISTRATOR.value}),
        )
    )
    example: dict[str, str | Promise] = {"partner": "Sofia"}
    _register_troubles(example)
    _register_agreements(example)


def _register_troubles(example: dict[str, str | Promise]) -> None:
    register_template(
        SILENT,
        label=gettext_lazy("A partner node is silent"),
        subject=lambda p: _("Nothing heard of %(partner)s for a day") % p,
        body=lambda p: [
            Paragraph(_("The node of %(partner)s has not answered for a day. We go on trying.") % p),
            Paragraph(_("Nothing is lost: what is new there comes as soon as it answers. Perhaps call your partner.")),
        ],
        action=gettext_lazy("See the partner"),
        example=example,
    )
    register_template(
        PAUSED,
        label=gettext_lazy("A partner node is paused"),
        subject=lambda p: _("Exchange with %(partner)s is paused") % p,
        body=lambda p: [
            Paragraph(
                _("What came from %(partner)s did not hold when it was checked, so we stopped asking for more.") % p
            ),
            Paragraph(_("The page of the partner says what was wrong, and what you can do.")),
        ],
        action=gettext_lazy("See what is wrong"),
        example=example,
    )
    register_template(
        DOUBT,
        label=gettext_lazy("A partner node tells two histories"),
        subject=lambda p: _("%(partner)s tells two histories") % p,
        body=lambda p: [
            Paragraph(_("We hold two documents, both signed by %(partner)s, that contradict each other.") % p),
            Paragraph(_("Exchange is paused. Both documents are on the partner's page; show them to your partner.")),
        ],
        action=gettext_lazy("See both documents"),
        example=example,
    )


def _register_agreements(example: dict[str, str | Promise]) -> None:
    register_template(
        OFFERED,
        label=gettext_lazy("An agreement waits for a signature"),
        subject=lambda p: _("%(partner)s offers an agreement") % p,
        body=lambda p: [
            Paragraph(_("%(partner)s has signed an agreement about what flows between you. It waits for you.") % p)
        ],
        action=gettext_lazy("Read and sign"),
        example=example,
    )
    register_template(
        ENDING,
        label=gettext_lazy("An agreement is about to end"),
        subject=lambda p: _("The agreement with %(partner)s ends on %(until)s") % _dated(p),
        body=lambda p: [
            Paragraph(_("After %(until)s nothing flows between you and %(partner)s any more.") % _dated(p)),
            Paragraph(_("If you want to go on, offer a new version; your partner has to sign it as well.")),
        ],
        action=gettext_lazy("Offer a new version"),
        example={**example, "until": "2027-03-02"},
    )


def _dated(parameters: Parameters) -> dict[str, Any]:
    try:
        day = date_format(date.fromisoformat(str(parameters.get("until", ""))), "DATE_FORMAT")
    except ValueError:
        day = str(parameters.get("until", ""))
    return {**parameters, "until": day}


def tell_offered(peer: Peer, version: AgreementVersion) -> None:
    """Administrators learn that a version waits for their signature; once for each."""
    _tell(peer, OFFERED, once=f"federation.offered:{version.digest}", page="/agreement")


def tell_paused(peer: Peer) -> None:
    """Administrators learn that a partner was stopped; within the transaction that pauses it."""
    _tell(peer, PAUSED, once=f"federation.paused:{peer.id}:{peer.paused_at:%Y-%m-%dT%H:%M}")


def tell_doubt(peer: Peer) -> None:
    """Administrators learn that a partner tells two histories, or two contents of one version; once a day."""
    _tell(peer, DOUBT, once=f"federation.doubt:{peer.id}:{clock.now():%Y-%m-%d}", page="#doubts")


def alerts_due() -> int:
    """Tell of partners that fell silent, once for each silence, and of agreements that end within 30 days; how many."""
    silent = [
        peer for peer in Peer.objects.filter(state=PeerState.ACTIVE, alerted_at=None, by_file=False) if is_silent(peer)
    ]
    for peer in silent:
        _tell(peer, SILENT, once=f"federation.silent:{peer.id}:{clock.now():%Y-%m-%d}")
    now = clock.now()
    Peer.objects.filter(id__in=[peer.id for peer in silent]).update(alerted_at=now)
    # Who has answered again may be told of anew.
    Peer.objects.filter(Q(last_success_at__gt=now - timedelta(hours=1)), alerted_at__isnull=False).exclude(
        id__in=[peer.id for peer in silent]
    ).update(alerted_at=None)
    return len(silent) + _endings_told()


def _endings_told() -> int:
    from citytandem.federation.agreed import terms_with
    from citytandem.federation.days import last_day
    from citytandem.federation.protocol.instants import moment

    now = clock.now()
    near = AgreementVersion.objects.filter(begun_at__isnull=False, until__gt=now, until__lte=now + WARNED_BEFORE)
    told = 0
    for peer in Peer.objects.filter(state=PeerState.ACTIVE, id__in=near.values("peer_id")):
        terms = terms_with(peer)
        until = moment(terms.until) if terms else None
        if until is not None and until <= now + WARNED_BEFORE:
            day = last_day(until).isoformat()
            _tell(peer, ENDING, once=f"federation.ending:{peer.id}:{day}", page="/agreement", until=day)
            told += 1
    return told


def _tell(peer: Peer, template: str, *, once: str, page: str = "", **parameters: str) -> None:
    notify(
        kind=PARTNERS,
        template=template,
        to=people_with_role(Role.ADMINISTRATOR),
        parameters={"partner": peer.name, **parameters},
        path=f"/federation/partners/{peer.id}{page}",
        why=ROLE,
        once=once,
    )

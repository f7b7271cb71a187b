"""What the first page of the administration shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from citytandem.accounts.administration.selectors import Readiness, readiness, texts_written
from citytandem.core.languages import LANGUAGES
from citytandem.core.node import NodeIdentity, this_node
from citytandem.core.switches import is_on, switches


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a node needs before people come."""

    label: str | Promise
    path: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the administration, and how it stands."""

    label: str | Promise
    path: str
    icon: str
    state: str


@dataclass(frozen=True, slots=True)
class AreaGroup:
    """Parts that belong together."""

    label: str | Promise
    areas: Sequence[Area]


@dataclass(frozen=True, slots=True)
class Overview:
    """The page."""

    steps: Sequence[Step]
    done: int
    groups: Sequence[AreaGroup]
    mail_is_set_up: bool


def overview_page() -> Overview:
    """Put together from the settings and a few counts."""
    node, ready, written = this_node(), readiness(), texts_written()
    steps = list(_steps(node, ready, written))
    return Overview(steps, sum(step.is_done for step in steps), _groups(node, ready, written), ready.mail_is_set_up)


def _steps(node: NodeIdentity, ready: Readiness, written: dict[str, list[str]]) -> Iterator[Step]:
    yield Step(gettext_lazy("The city has its name"), "/administration/city", bool(node.home_slug or node.contact_name))
    yield Step(gettext_lazy("Colour or logo"), "/administration/looks", bool(node.colour or node.logo_key))
    yield Step(gettext_lazy("Contact for questions"), "/administration/city", bool(node.contact_email))
    yield Step(gettext_lazy("Imprint"), "/administration/texts/imprint", bool(written["imprint"]))
    yield Step(
        gettext_lazy("Data protection officer"),
        "/administration/texts/privacy_officer",
        bool(written["privacy_officer"]),
    )
    yield Step(gettext_lazy("A first department"), "/departments", ready.departments > 0)
    yield Step(gettext_lazy("Somebody moderates"), "/administration/people?role=moderator", ready.moderators > 0)
    yield Step(gettext_lazy("E-mail works"), "/administration#mail", ready.mail_was_tried)


def _groups(node: NodeIdentity, ready: Readiness, written: dict[str, list[str]]) -> list[AreaGroup]:
    texts = sum(bool(languages) for languages in written.values())
    on = sum(is_on(switch.name) for switch in switches())
    lines = len(node.blocked_words.split("\n") if node.blocked_words else ()) + len(
        node.blocked_hosts.split("\n") if node.blocked_hosts else ()
    )
    own_mails = sum(name.startswith("mail.") for name in node.texts)
    return [
        AreaGroup(
            gettext_lazy("How it looks and reads"),
            [
                Area(gettext_lazy("City"), "/administration/city", "city", node.name),
                Area(gettext_lazy("Colour and logo"), "/administration/looks", "sun", _looks(node)),
                Area(
                    gettext_lazy("Languages"),
                    "/administration/languages",
                    "language",
                    _("%(some)s of %(all)s") % {"some": len(node.languages), "all": len(LANGUAGES)},
                ),
                Area(gettext_lazy("Themes"), "/administration/themes", "theme", _themes(node)),
                Area(
                    gettext_lazy("Texts"),
                    "/administration/texts",
                    "source",
                    _("%(some)s of %(all)s written") % {"some": texts, "all": len(written)},
                ),
                Area(
                    gettext_lazy("Wording of e-mails"),
                    "/administration/mails",
                    "edit",
                    ngettext("%(n)s changed", "%(n)s changed", own_mails) % {"n": own_mails},
                ),
            ],
        ),
        AreaGroup(
            gettext_lazy("People"),
            [
                Area(gettext_lazy("People and roles"), "/administration/people", "people", _staff(ready)),
                Area(
                    gettext_lazy("Invitations"),
                    "/administration/invitations",
                    "add",
                    ngettext("%(n)s open", "%(n)s open", ready.open_invitations) % {"n": ready.open_invitations},
                ),
                Area(
                    gettext_lazy("Departments"),
                    "/departments",
                    "city",
                    ngettext("%(n)s department", "%(n)s departments", ready.departments) % {"n": ready.departments},
                ),
                Area(gettext_lazy("Organisations"), "/organisations", "people", _("Associations, firms, universities")),
                Area(gettext_lazy("Partner nodes"), "/federation", "join", _("Other cities with their own system")),
            ],
        ),
        AreaGroup(
            gettext_lazy("Rules"),
            [
                Area(
                    gettext_lazy("Features"),
                    "/administration/switches",
                    "filter",
                    _("%(some)s of %(all)s on") % {"some": on, "all": len(switches())},
                ),
                Area(
                    gettext_lazy("How long data is kept"),
                    "/administration/periods",
                    "time",
                    ngettext("%(n)s changed", "%(n)s changed", len(node.periods)) % {"n": len(node.periods)},
                ),
                Area(
                    gettext_lazy("Words and sites that wait"),
                    "/administration/filters",
                    "alert",
                    ngettext("%(n)s entry", "%(n)s entries", lines) % {"n": lines},
                ),
                Area(gettext_lazy("Log"), "/administration/log", "search", _("Who changed or looked at what")),
            ],
        ),
    ]


def _looks(node: NodeIdentity) -> str:
    parts = [node.colour or _("Colour of the software"), _("with logo") if node.logo_key else _("no logo")]
    return ", ".join(parts)


def _themes(node: NodeIdentity) -> str:
    n = len(node.hidden_themes)
    return ngettext("%(n)s hidden", "%(n)s hidden", n) % {"n": n} if n else _("All are offered")


def _staff(ready: Readiness) -> str:
    administrators = ngettext("%(n)s administrator", "%(n)s administrators", ready.administrators)
    moderators = ngettext("%(n)s moderator", "%(n)s moderators", ready.moderators)
    return ", ".join([administrators % {"n": ready.administrators}, moderators % {"n": ready.moderators}])

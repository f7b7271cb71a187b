"""The list of challenges: what can be taken part in first, then what is under way, then what was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from citytandem.accounts.contract import Actor
from citytandem.challenges.partner_pages import cards_open
from citytandem.challenges.presenters_challenges import Card, cards
from citytandem.challenges.reading_challenges import ORDERS, challenge_page, first_of_each_part, proposal_counts
from citytandem.core.node import this_node
from citytandem.core.permissions import allowed
from citytandem.core.text import clean_line
from citytandem.core.themes import children_of, theme_label, top_themes

# So many of each part stand on the first page; the rest has pages of its own.
FIRST = 8
PATH = "/challenges"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the list. `more_url`: where the rest of it is."""

    key: str
    title: str
    about: str
    cards: Sequence[Card]
    more_url: str


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """The list, ready for the template. `partners`: calls of partner cities that can be answered; `themes`: (heading,
    options)."""

    parts: Sequence[Part]
    partners: Sequence[Card]
    phases: Sequence[Option]
    themes: Sequence[tuple[str, Sequence[Option]]]
    active: Sequence[tuple[str, str]]
    may_draft: bool
    next_url: str
    first_url: str

    @property
    def is_empty(self) -> bool:
        """Nothing to show."""
        return not self.partners and not any(part.cards for part in self.parts)


def list_page(actor: Actor, *, wishes: Mapping[str, str], reader: str) -> ListPage:
    """What fits the wishes of the address; what is unknown there finds nothing. Three queries at most."""
    phase, theme = (clean_line(wishes.get(name, ""))[:80] for name in ("phase", "theme"))
    after = wishes.get("after") or None
    offered = [key for key in ORDERS if key != "draft" or actor.is_staff]
    wanted = [key for key in offered if key != "withdrawn"]
    only = challenge_page(actor, phase, theme=theme, after=after) if phase else None
    rows = {phase: (only.items, False)} if only else first_of_each_part(actor, wanted, theme=theme, most=FIRST)
    counts = proposal_counts([row for listed, _has_more in rows.values() for row in listed])
    chosen = {name: value for name, value in (("phase", phase), ("theme", theme)) if value}
    return ListPage(
        parts=[
            Part(
                key, _title(key), _about(key), cards(listed, reader=reader, counts=counts),
                more_url=_url({**chosen, "phase": key}) if has_more else "",
            )
            for key, (listed, has_more) in rows.items()
        ],
        partners=cards_open(actor, theme=theme, reader=reader) if not phase else (),
        phases=[Option(key, _title(key), key == phase) for key in offered],
        themes=list(_themes(theme, reader=reader)),
        active=list(_active(phase, theme, reader=reader)),
        may_draft=allowed("challenges.draft", actor),
        next_url=_url({**chosen, "after": only.next_cursor}) if only and only.next_cursor else "",
        first_url=_url(chosen) if only and not only.is_first else "",
    )  # fmt: skip


def _title(key: str) -> str:
    return {
        "draft": _("Drafts and reviews"),
        "open": _("Open for proposals"),
        "running": _("Being assessed and decided"),
        "decided": _("Decided"),
        "withdrawn": _("Withdrawn"),
    }.get(key, "")


def _about(key: str) -> str:
    return {
        "draft": _("Only those who work for the city see them."),
        "open": _("Residents, firms, associations and other cities: everybody can hand in a proposal."),
        "running": _("Nobody can hand in any more. What happens with the proposals can be followed by everybody."),
        "decided": _("What was chosen, why, and what became of it."),
        "withdrawn": _("Ended by the city without a decision. Each page says why."),
    }.get(key, "")


def _themes(chosen: str, *, reader: str) -> list[tuple[str, list[Option]]]:
    hidden = set(this_node().hidden_themes) - {chosen}
    groups = []
    for top in top_themes():
        leaves = [leaf.id for leaf in children_of(top.id) if leaf.id not in hidden]
        options = [Option(one, theme_label(one, reader), one == chosen) for one in leaves]
        if options:
            whole = Option(top.id, _("Everything of this group"), top.id == chosen)
            groups.append((theme_label(top.id, reader), [whole, *options]))
    return groups


def _active(phase: str, theme: str, *, reader: str) -> list[tuple[str, str]]:
    """Filters that are on, each with the address without it."""
    found = []
    if phase:
        found.append((_title(phase) or phase, _url({"theme": theme} if theme else {})))
    if theme:
        found.append((theme_label(theme, reader), _url({"phase": phase} if phase else {})))
    return found


def _url(query: Mapping[str, str | None]) -> str:
    return f"{PATH}?{urlencode({name: value for name, value in query.items() if value})}" if query else PATH

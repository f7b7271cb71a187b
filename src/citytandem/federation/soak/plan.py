"""Who knows whom, and who may hear what of whom. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import combinations, pairwise

FEWEST = 6
HUB = 0


@dataclass(frozen=True, slots=True)
class Tie:
    """Two nodes that are partners. The first one makes the offer."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Nodes by number. `members` know each other through the hub only; `late` docks on to a pair that is there already.

    While it goes on the first of `narrowed` agrees to send the second only what is public, and the first of `ended` ends.
    """

    ports: tuple[int, ...]
    ties: tuple[Tie, ...]
    members: tuple[int, ...]
    late: int
    narrowed: Tie
    ended: Tie

    def partners_of(self, node: int) -> list[int]:
        """With whom a node has an agreement."""
        return [tie.second if tie.first == node else tie.first for tie in self.ties if node in {tie.first, tie.second}]

    def offers(self, node: int, partner: int) -> bool:
        """Whether the node makes the offer to this partner, and not the other way round."""
        return Tie(node, partner) in self.ties

    def passes(self, tie: Tie) -> list[int]:
        """Whose objects for partners the other one may pass on."""
        return [node for node in (tie.first, tie.second) if node in self.members and HUB in {tie.first, tie.second}]

    def through_hub(self, node: int) -> list[int]:
        """Whom a node hears of without knowing them."""
        return [other for other in self.members if node in self.members and other != node]

    def as_text(self) -> str:
        """For the processes of the nodes."""
        return json.dumps(asdict(self))


def plan_from(text: str) -> Plan:
    """What `as_text` wrote."""
    told = json.loads(text)
    return Plan(
        ports=tuple(told["ports"]),
        ties=tuple(Tie(**tie) for tie in told["ties"]),
        members=tuple(told["members"]),
        late=told["late"],
        narrowed=Tie(**told["narrowed"]),
        ended=Tie(**told["ended"]),
    )


def plan_for(ports: Iterable[int]) -> Plan:
    """A hub with members, a tridem, a ring of tandems, and one that comes late; all of them hang together.

    Raises ValueError for fewer than six.
    """
    listed = tuple(ports)
    if len(listed) < FEWEST:
        raise ValueError(f"a hub, a tridem and a late one need {FEWEST} nodes")
    late = len(listed) - 1
    members = tuple(range(1, max(2, late // 4) + 1))
    tridem = tuple(range(members[-1], members[-1] + 3))
    ring = (members[0], *range(tridem[-1] + 1, late))
    pairs = [
        *((HUB, member) for member in members),
        *combinations(tridem, 2),
        *_ring(ring),
        *((late, known) for known in tridem[1:]),
    ]
    # Between these two there is no other way, so what one may hear of the other is decided by them alone.
    narrowed, ended = Tie(tridem[1], tridem[2]), Tie(tridem[0], tridem[2])
    return Plan(listed, tuple(Tie(*pair) for pair in pairs), members, late, narrowed, ended)


def _ring(nodes: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    if len(nodes) < 2:
        return
    yield from pairwise(nodes)
    if len(nodes) > 2:
        yield nodes[-1], nodes[0]

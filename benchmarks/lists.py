"""Every list with 100,000 problems, 300,000 comments and 50,000 people: queries and p95, in process and over HTTP.

The limits are the issue's: at most 12 queries, 95 in 100 answers within 150 ms. Nothing is remembered in front of Django
(the micro-cache is off, and each answer over HTTP is asked for by a session). For comparison: a list of 1,000 ideas takes
adhocracy+ 121 queries (measured by its own test client; see docs/develop/comparison.md).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))
import crowded
from scratch import node, percentile
from serving import serving

MOST_QUERIES, MOST_MS, PEER_QUERIES = 12, 150, 121
ROUNDS = 25
DESK = "/desk/problems"
PUBLIC = (
    "/", "/problems", "/problems?theme=waste", "/problems?theme=environment", "/problems?city=krefeld", "/problems?city=sofia",
    "/problems?status=open", "/problems?status=pilot", "/problems?language=el", "/problems?language=bg&status=solved&theme=noise",
    "/problems?city=sofia&theme=parking&language=fr&status=matched", "/problems?department=traffic", "/problems.atom",
    "/solutions", "/solutions?theme=noise&kind=idea&stage=in_use", "/solutions.atom", "/map", "/themes", "/cities", "/departments",
    "/organisations", "/organisations?kind=firm", "/about/answers", "/about/moderation",
)  # fmt: skip
STAFF = (
    DESK, f"{DESK}?department=all", f"{DESK}?department=all&order=newest", f"{DESK}?due=overdue", f"{DESK}?due=week",
    f"{DESK}?department=all&status=pilot", f"{DESK}?department=all&theme=noise&language=el&answered=no",
    f"{DESK}?department=all&moderation=held", f"{DESK}?department=none", f"{DESK}?department=all&q=Laterne+flackert",
    f"{DESK}?department=all&q=Laterne+flackert+17", f"{DESK}?department=all&q=xyzzy",
    f"{DESK}?department=all&sender=council", "/desk/statistics", "/desk/statistics?months=36&department=traffic", "/problems",
    "/problems?theme=waste", "/themes", "/",
)  # fmt: skip
LISTS: dict[str, Sequence[str]] = {
    "visitor": PUBLIC,
    "resident": ("/", "/problems", "/problems?theme=environment&status=open", "/themes", "/map", "/following", "/notifications", "/account/privacy"),
    "organisation_member": ("/problems", "/organisations"),
    "council_viewer": (DESK, f"{DESK}?order=newest", f"{DESK}?theme=noise&language=el", "/desk/statistics", "/problems", "/"),
    "department_staff": STAFF,
    "innovation_unit": ("/desk", DESK, f"{DESK}?department=none&answered=no", "/desk/statistics", "/solutions", "/map"),
    "moderator": ("/moderation", "/moderation/appeals", "/moderation/mergers", "/problems", "/"),
    "administrator": (
        "/administration", "/administration/people", "/administration/people?q=person-4", "/administration/log",
        "/administration/invitations", "/administration/departments", "/administration/organisations", "/notifications/log",
    ),
}  # fmt: skip


@dataclass
class Seen:
    """One list as one role sees it."""

    role: str
    path: str
    queries: int
    cold: float
    inside: list[float]
    outside: list[float]

    @property
    def is_within(self) -> bool:
        """Whether both limits hold."""
        return (
            self.queries <= MOST_QUERIES
            and max(percentile(times, 0.95) for times in (self.inside, self.outside)) <= MOST_MS
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="only paths that begin so")
    parser.add_argument("--all", action="store_true", help="print every list, not only the slowest")
    options = parser.parse_args()
    os.environ["CITYTANDEM_MICROCACHE_SECONDS"] = "0"
    with node(demo="krefeld"):
        from citytandem.core.node import this_node

        crowded.fill(this_node().home_city)
        people = _people()
        lists = [(role, path) for role, path in _lists(people) if path.startswith(options.only)]
        seen = [_inside(role, path, people[role]) for role, path in lists]
        from django.db import connection

        cookies = {role: client.cookies["sessionid"].value if client.cookies else "" for role, client in people.items()}
        connection.close()
        with serving("citytandem.wsgi:application", ready="/health") as base:
            for one in seen:
                one.outside = _outside(base, one.path, cookies[one.role])
    _tell(seen)
    print(json.dumps(_rows(seen, every=options.all), ensure_ascii=False))


def _people() -> dict[str, Any]:
    """A browser of each role, signed in; those with much of their own are the first people, who have written most."""
    from django.test import Client

    from citytandem.accounts.models import Department, Membership, Organisation, Person, Role
    from citytandem.core import clock

    headers = {"accept-language": "de", "host": "127.0.0.1"}
    found = {"visitor": Client(headers=headers)}
    first = list(Person.objects.filter(email__in=[f"person-{n}@test.example" for n in range(1, 9)]).order_by("email"))
    for person, role in zip(first, [role for role in LISTS if role != "visitor"], strict=False):
        place: dict[str, Any] = {}
        if role == Role.DEPARTMENT_STAFF:
            place["department"] = Department.objects.order_by("slug")[0]
        elif role == Role.ORGANISATION_MEMBER:
            place["organisation"] = Organisation.objects.filter(is_confirmed=True)[0]
        if role != "resident":
            Membership.objects.create(person=person, role=role, since=clock.now(), **place)
        found[role] = Client(headers=headers)
        found[role].force_login(person)
    return found


def _lists(people: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every list, and of some the page far behind."""
    from django.urls import Resolver404, resolve

    for role, paths in LISTS.items():
        for path in paths:
            try:
                resolve(urlsplit(path).path)
            except Resolver404:
                print(f"  not there: {path}", file=sys.stderr)
                continue
            yield role, path
    yield from (("visitor", path) for path in (*_far("/problems", people["visitor"]), *_records()))
    yield from (("department_staff", path) for path in _far(f"{DESK}?department=all", people["department_staff"]))


def _far(path: str, client: Any, *, pages: int = 20) -> list[str]:
    """The address of a page some pages on."""
    import re

    for _ in range(pages):
        found = re.search(r'rel="next" href="([^"]+)"', client.get(path).content.decode())
        if found is None:
            break
        path = found.group(1).replace("&amp;", "&")
    return [path]


def _records() -> list[str]:
    """The page of the problem with the most comments, and its conversation."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.code, p.id FROM streams_problem AS p JOIN conversation_comment AS c ON c.object_id = p.id"
            " WHERE p.visibility = 'public' AND p.moderation = '' GROUP BY p.id ORDER BY count(*) DESC LIMIT 1"
        )
        code, _identifier = cursor.fetchone()
    return [f"/problems/{code}"]


def _inside(role: str, path: str, client: Any) -> Seen:
    from django.core.cache import cache
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get("/about/accessibility")  # the first visit of a device writes down that it is there
    cache.clear()
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
        size = len(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    cold, queries = 1000 * (time.perf_counter() - began), len(captured)  # the next request forgets them
    assert answer.status_code == 200, (role, path, answer.status_code)
    assert size > 100, (role, path)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(path)
        times.append(1000 * (time.perf_counter() - began))
    print(
        f"  {role} {path}: {queries} queries, cold {cold:.0f} ms, p95 {percentile(times, 0.95):.0f} ms", file=sys.stderr
    )
    return Seen(role, path, queries, cold, times, [])


def _outside(base: str, path: str, session: str) -> list[float]:
    """The same over HTTP, one after the other, on one connection."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=60)
    headers = {"Accept-Language": "de", "Accept-Encoding": "br"} | (
        {"Cookie": f"sessionid={session}"} if session else {}
    )
    times = []
    for number in range(ROUNDS + 2):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, (path, answer.status)
        if number >= 2:  # each of the server's processes has read its settings by then
            times.append(1000 * (time.perf_counter() - began))
    connection.close()
    return times


def _tell(seen: Sequence[Seen]) -> None:
    print(
        f"{'role':20} {'queries':>7} {'cold':>6} {'p50':>5} {'p95':>5} {'http p50':>8} {'http p95':>8}  path",
        file=sys.stderr,
    )
    for one in seen:
        inside, outside = ([percentile(times, share) for share in (0.5, 0.95)] for times in (one.inside, one.outside))
        mark = "" if one.is_within else "  <-- over"
        print(
            f"{one.role:20} {one.queries:7} {one.cold:6.0f} {inside[0]:5.0f} {inside[1]:5.0f} {outside[0]:8.0f} {outside[1]:8.0f}"
            f"  {one.path[:90]}{mark}",
            file=sys.stderr,
        )


def _rows(seen: Sequence[Seen], *, every: bool) -> list[dict[str, Any]]:
    most = max(one.queries for one in seen)
    slowest = sorted(seen, key=lambda one: -max(percentile(one.inside, 0.95), percentile(one.outside, 0.95)))
    within = sum(one.is_within for one in seen)
    rows: list[dict[str, Any]] = [
        {
            "what": "lists within 12 queries and 150 ms (p95, in process and over HTTP)",
            "ours": f"{within} of {len(seen)}",
            "peer": "limit all",
            "ratio": round(within / len(seen), 3),
        },
        {
            "what": "most queries of any list",
            "ours": str(most),
            "peer": f"limit {MOST_QUERIES}; adhocracy+ {PEER_QUERIES} for 1,000 ideas",
            "ratio": round(most / MOST_QUERIES, 2),
        },
    ]
    for one in slowest if every else slowest[:12]:
        inside, outside = percentile(one.inside, 0.95), percentile(one.outside, 0.95)
        rows.append(
            {
                "what": f"{one.path.split('&after')[0].split('?after')[0]} as {one.role}: {one.queries} queries, p95",
                "ours": f"{inside:.0f} ms, over HTTP {outside:.0f} ms, with nothing remembered {one.cold:.0f} ms",
                "peer": f"limit {MOST_MS} ms",
                "ratio": round(max(inside, outside) / MOST_MS, 2),
            }
        )
    return rows


if __name__ == "__main__":
    main()

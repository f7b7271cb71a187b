"""200 sign-ups and 2,000 comments a minute, over HTTP, against a node in processes of its own: errors, and what was lost.

Open loop: each request leaves at its time whether or not earlier ones are answered, so a node that falls behind shows
it as waiting time. What was kept is counted in the database, by SQL, against what was answered with success; mails in
the folder that the node writes them to. The limit is the issue's: 0 errors, 0 lost.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from scratch import ROOT, node, percentile
from serving import serving

TOKEN = "t" * 32
PER_PERSON = 9  # below the limit of comments a minute


class Form(HTMLParser):
    """The inputs of the form with an action, as a browser would send them."""

    def __init__(self, page: str, *, action: str) -> None:
        super().__init__()
        self.action, self.values, self._inside = action, {}, False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self._inside = (told.get("action") or "") == self.action
        elif self._inside and tag == "input" and told.get("name") and told.get("type") != "submit":
            self.values[str(told["name"])] = told.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@dataclass
class Sent:
    """What came of the requests of one kind."""

    times: list[float] = field(default_factory=list)
    failed: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, began: float, wrong: str) -> None:
        with self.lock:
            if wrong:
                self.failed[wrong] = self.failed.get(wrong, 0) + 1
            else:
                self.times.append((time.monotonic() - began) * 1000)


class Visitor:
    """A connection that stays open, as a browser's does."""

    def __init__(self, base: str) -> None:
        self.host = base.removeprefix("http://")
        self.line: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, *, body: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, str, str]:
        """Status, Location and text of an answer."""
        sent = urllib.parse.urlencode(body).encode() if body is not None else None
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if sent is not None:
            named["Content-Type"] = "application/x-www-form-urlencoded"
        for attempt in (1, 2):
            self.line = self.line or http.client.HTTPConnection(self.host, timeout=60)
            try:
                self.line.request(method, path, body=sent, headers=named)
                answer = self.line.getresponse()
                return answer.status, answer.headers.get("Location", ""), answer.read().decode()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # The server has ended an idle connection; what was not sent is sent on a new one.
                self.line = None
                if attempt == 2:
                    raise
        raise AssertionError


def sign_up(visitor: Visitor, number: int) -> str:
    """One sign-up as a person does it, without scripts; empty if all went well."""
    address = f"2001:db8:{number:x}::1"  # a network of their own each, as households have
    email = f"crowd-{number}@crowd.example"
    status, _location, page = visitor.ask("GET", "/sign-up", X_Forwarded_For=address, Accept_Language="de")
    if status != 200:
        return f"form {status}"
    values = Form(page, action="/sign-up").values
    values |= {"email": email, "password1": f"ein langer Satz {number}", "csrfmiddlewaretoken": TOKEN}
    if "name" in values:
        values["name"] = f"Person {number}"
    status, location, page = visitor.ask(
        "POST", "/sign-up", body=values, Cookie=f"csrftoken={TOKEN}", X_Forwarded_For=address, Accept_Language="de"
    )
    return "" if status == 302 and location != "/sign-up" else f"sign-up {status}"


def comment(visitor: Visitor, number: int, people: list[dict[str, str]], problems: list[str]) -> str:
    """One comment of a person who is signed in; empty if all went well."""
    person = people[number % len(people)]
    problem = problems[number % len(problems)]
    text = f"Auch bei uns in der Strasse {number} ist das so, seit Wochen und jeden Samstag, Meldung {number * 7919}."
    body = {**person["form"], "text": text, "csrfmiddlewaretoken": TOKEN}  # type: ignore[dict-item]
    cookies = f"csrftoken={TOKEN}; sessionid={person['session']}"
    status, location, page = visitor.ask("POST", f"/conversation/problem/{problem}", body=body, Cookie=cookies)
    return "" if status == 302 and "/sign-in" not in location else f"comment {status} {_told(page)}"


def _told(page: str) -> str:
    found = re.search(r'role="alert".*?<li>(.*?)</li>', page, re.DOTALL)
    return re.sub(r"<[^>]+>|\s+", " ", found.group(1)).strip()[:80] if found else ""


def run(work: Any, *, per_minute: int, seconds: float, sent: Sent, threads: int, base: str) -> list[threading.Thread]:
    """Start requests at an even pace; the threads end by themselves."""
    due: queue.Queue[int | None] = queue.Queue()
    start = time.monotonic()
    total = round(per_minute * seconds / 60)

    def clock() -> None:
        for number in range(total):
            time.sleep(max(0.0, start + number * 60 / per_minute - time.monotonic()))
            due.put(number)
        for _thread in range(threads):
            due.put(None)

    def worker() -> None:
        visitor = Visitor(base)
        while (number := due.get()) is not None:
            began = start + number * 60 / per_minute
            try:
                wrong = work(visitor, number)
            except OSError as error:
                wrong = type(error).__name__
            sent.note(began, wrong)

    started = [threading.Thread(target=clock), *(threading.Thread(target=worker) for _ in range(threads))]
    for thread in started:
        thread.start()
    return started


def prepare(base: str, *, comments: int) -> tuple[list[dict[str, Any]], list[str]]:
    """People with a session and the form as they saw it, and the problems they talk about."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from citytandem.accounts.models import Person
    from citytandem.streams.models import Problem

    problems = [str(one) for one in Problem.objects.filter(visibility="public").values_list("id", flat=True)[:50]]
    visitor, people = Visitor(base), []
    form: dict[str, str] = {}
    for number in range(-(-comments // PER_PERSON)):
        person = Person(email=f"writer-{number}@crowd.example", name=f"Writer {number}")
        person.set_unusable_password()
        person.save()
        session = SessionStore()
        session[SESSION_KEY] = str(person.id)
        session[BACKEND_SESSION_KEY] = "citytandem.accounts.backends.PasswordBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        if not form:
            path = f"/conversation/problem/{problems[0]}"
            cookies = f"sessionid={session.session_key}"
            _status, _location, page = visitor.ask("GET", path, Cookie=cookies)
            form = Form(page, action=path).values
        people.append({"session": session.session_key, "form": form})
    time.sleep(5)  # nobody writes in the moment the form is shown
    return people, problems


def cpu_seconds(process: subprocess.Popen[bytes] | None) -> float:
    """User and system time of this machine's processes of the node so far, from /proc."""
    if process is None:
        return 0.0
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--sign-ups", type=int, default=200)
    parser.add_argument("--comments", type=int, default=2_000)
    options = parser.parse_args()
    os.environ |= {"CITYTANDEM_PROXIES": "1", "CITYTANDEM_MICROCACHE_SECONDS": "10"}
    with node(demo="krefeld"):
        from django.db import connection

        seconds = options.minutes * 60
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        worker = subprocess.Popen(
            [sys.executable, "-m", "citytandem", "worker"], env=environment, start_new_session=True
        )
        try:
            # One process for each of two cores, as docs/operate/production.md has it.
            with serving("citytandem.wsgi:application", ready="/health", workers=2) as base:
                people, problems = prepare(base, comments=round(options.comments * options.minutes))
                connection.close()
                ups, talk = Sent(), Sent()
                threads = run(sign_up, per_minute=options.sign_ups, seconds=seconds, sent=ups, threads=6, base=base)
                threads += run(
                    lambda visitor, number: comment(visitor, number, people, problems),
                    per_minute=options.comments, seconds=seconds, sent=talk, threads=16, base=base,
                )  # fmt: skip
                for thread in threads:
                    thread.join()
                waited = wait_until_told(seconds=120)
                used = cpu_seconds(worker)
        finally:
            worker.terminate()
            worker.wait(timeout=60)
        print(json.dumps(rows(ups, talk, options, waited=waited, worker=used), ensure_ascii=False))


def wait_until_told(*, seconds: float) -> float:
    """How long after the last request the worker had told everybody of everything."""
    from django.db import connection

    began = time.monotonic()
    while time.monotonic() - began < seconds:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
            if cursor.fetchone()[0] == 0:
                break
        time.sleep(1)
    return time.monotonic() - began


def rows(ups: Sent, talk: Sent, options: argparse.Namespace, *, waited: float, worker: float) -> list[dict[str, Any]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_person WHERE email LIKE 'crowd-%%@crowd.example'")
        kept_people = cursor.fetchone()[0]
        cursor.execute("SELECT count(*), count(DISTINCT text) FROM conversation_comment WHERE text LIKE '%%Meldung%%'")
        kept, distinct = cursor.fetchone()
    failed = {**ups.failed, **talk.failed}
    if failed:
        print(failed, file=sys.stderr)
    return [
        {
            "what": f"errors in {options.minutes:g} minutes of {options.sign_ups} sign-ups and {options.comments:,} comments each",
            "ours": f"{sum(failed.values())} of {len(ups.times) + len(talk.times) + sum(failed.values()):,}",
            "peer": "limit 0",
            "ratio": None,
        },
        {
            "what": "sign-ups and comments answered with success but not in the database (doubled ones)",
            "ours": f"{len(ups.times) - kept_people} / {len(talk.times) - distinct:,} ({kept - distinct}) "
            f"of {kept_people:,} / {kept:,}",
            "peer": "limit 0 / 0 (0)",
            "ratio": None,
        },
        {
            "what": "p95 from the planned start, sign-up (form and sending) / comment",
            "ours": f"{percentile(ups.times, 0.95):.0f} / {percentile(talk.times, 0.95):.0f} ms",
            "peer": "-",
            "ratio": None,
        },
        {
            "what": "jobs left when the last request was answered: done after",
            "ours": f"{waited:.0f} s; worker used {worker:.0f} CPU seconds",
            "peer": "-",
            "ratio": None,
        },
    ]


if __name__ == "__main__":
    main()

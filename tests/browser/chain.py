"""The way from a problem to a contract as people walk it in the browser, step by step: each function is one person's part.

Controls are found by their names and addresses, not by their words; words are checked where they are the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Download, Page, Response
from procrastinate.contrib.django.models import ProcrastinateJob

from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Person
from citytandem.challenges.models import Juror, Proposal
from citytandem.core import jobs

SECONDS = 60_000
WEIGHTS = {"impact": "3", "feasibility": "2,5", "cost-efficiency": "2", "scalability": "1"}


@dataclass
class Served:
    """A node that serves in this process, so that its time can be moved on; and the browsers of those who use it."""

    base: str
    browser: Browser
    clock: Callable[[], datetime]
    later: timedelta = timedelta()
    contexts: list[BrowserContext] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        """What the clock of the node shows."""
        return self.clock() + self.later

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.later += timedelta(**time)

    def page(
        self, actor: Actor | None = None, *, language: str = "en", scripts: bool = True, width: int = 1280
    ) -> Page:
        """A browser of somebody who is signed in, or of a visitor."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, java_script_enabled=scripts, base_url=self.base,
            reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(SECONDS)
        self.contexts.append(context)
        if actor is not None:
            session = Client()
            session.force_login(Person.objects.get(id=actor.id))
            key = session.cookies[configured.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": key, "url": self.base}])
        page = context.new_page()
        page.on("request", lambda request: self._asked(request.url))
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        page.on("console", lambda told: self._said(told.type, told.text))
        page.on("response", lambda answer: self._answered(answer))
        return page

    def _asked(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(url)

    def _said(self, kind: str, text: str) -> None:
        # A page that is refused is told in the console too; that is looked at where it is asked for.
        if kind == "error" and "Failed to load resource" not in text:
            self.errors.append(text)

    def _answered(self, answer: Response) -> None:
        if answer.status >= 500:
            self.errors.append(f"{answer.url}: {answer.status}")

    def work(self) -> None:
        """What the worker would do by now; and what follows from it."""
        while waiting := list(ProcrastinateJob.objects.filter(status="todo").order_by("id")):
            for job in waiting:
                jobs.app.tasks[job.task_name].func(**job.args)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'succeeded', true)", [job.id])

    def close(self) -> None:
        """End all browsers."""
        for context in self.contexts:
            context.close()


@dataclass(frozen=True)
class People:
    """Who takes part. `office`: the administrator, the second pair of eyes; `firm`: a member of an organisation."""

    unit: Actor
    office: Actor
    staff: Actor
    moderator: Actor
    resident: Actor
    firm: Actor
    council: Actor


def go(page: Page, path: str, *, status: int = 200) -> Page:
    """Open a page, and see that it is answered as it should be."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == status, (path, answer.status, page.locator("main").inner_text()[:400])
    return page


def press(page: Page, selector: str, *, status: int = 200) -> None:
    """Press what leads to another page, and see how that is answered."""
    with page.expect_navigation() as turning:
        page.locator(selector).first.click()
    answer = turning.value
    told = page.locator(".ct-error-summary, .ct-message--error, .kern-error").all_inner_texts()
    assert answer is None or answer.status == status, (page.url, answer.status, told)


def main(page: Page) -> str:
    """What stands on the page."""
    return page.locator("main").inner_text()


def moment(at: datetime) -> str:
    """As a field for day and time takes it."""
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def fetched(page: Page, selector: str, to: Path) -> Path:
    """Download what a link leads to."""
    with page.expect_download() as waiting:
        page.locator(selector).first.click()
    download: Download = waiting.value
    path = to / download.suggested_filename
    download.save_as(path)
    return path


# --- the call


def write_call(served: Served, unit: Actor, problem: str) -> str:
    """The unit makes a challenge from a problem of the stream. Gives its address while it is a draft."""
    page = go(served.page(unit), problem)
    press(page, "main a[href^='/challenges/new?problem=']")
    assert page.locator("input[name=problem]:checked").count() == 1
    page.locator("#kind-sensor-pilot").check()
    press(page, "button[name=go]")
    page.locator("#id_title").fill("Bins that say when they are full")
    page.locator("#id_text").fill("Bins at the market overflow at weekends. We look for a way to empty them in time.")
    page.locator("#id_conditions").fill("It works with our LoRaWAN.\nNo camera.")
    for name, value in (("indicator", "Fill level when emptied"), ("unit", "per cent"), ("value", "65")):
        page.locator(f"#id_target_0_{name}").fill(value)
    page.locator("#id_budget_low").fill("10.000")
    page.locator("#id_budget_high").fill("40.000")
    page.locator("#id_questions_until").fill(moment(served.now() + timedelta(days=14)))
    page.locator("#id_closes_at").fill(moment(served.now() + timedelta(days=21)))
    press(page, ".ct-actions button[value=save]")
    return urlsplit(page.url).path


def weigh(served: Served, unit: Actor, call: str) -> None:
    """Weights that do not sum to 1 are taken as shares of their sum, and the page says so."""
    page = go(served.page(unit), f"{call}/criteria")
    keys = page.locator("input[name$=-key]").evaluate_all("fields => fields.map(f => [f.name, f.value])")
    for name, key in keys:
        page.locator(f"[name={name.replace('-key', '-weight')}]").fill(WEIGHTS.get(key, "0"))
    press(page, ".ct-actions button[value=count]")
    assert "8.5" in page.locator("main [role=status]").inner_text()
    press(page, ".ct-actions button[value=save]")
    told = page.locator(".ct-messages, .ct-message").all_inner_texts()
    assert any("8.5" in words for words in told), told
    shares = page.locator(".ct-measures__weight b").all_inner_texts()
    assert [share.replace("\u00a0", " ") for share in shares[:4]] == ["35.29 %", "29.41 %", "23.53 %", "11.77 %"], (
        shares
    )


def publish(served: Served, people: People, call: str) -> str:
    """The unit sends it and cannot publish it; the administrator can. Gives the address that the public knows."""
    page = go(served.page(people.unit), call)
    press(page, f"form[action='{call}/send'] button")
    go(page, f"{call}/review")
    assert page.locator("button[value=publish]").count() == 0
    go(served.page(), call, status=404)
    # Who knows the address of the form is refused all the same.
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    answer = page.request.post(
        f"{call}/review", form={"do": "publish", "csrfmiddlewaretoken": token}, headers={"Referer": page.url}
    )
    assert answer.status in {403, 409}, answer.status
    other = go(served.page(people.office), f"{call}/review")
    press(other, "button[value=publish]")
    path = urlsplit(other.url).path
    go(served.page(), path)
    served.work()
    return path


# --- questions and proposals


def ask(served: Served, who: Actor, call: str, text: str, *, language: str = "de") -> None:
    """Ask the city something."""
    page = go(served.page(who, language=language), f"{call}/questions")
    page.locator("#id_text").fill(text)
    served.wait(seconds=30)  # who writes faster is taken for a program
    press(page, "aside form button[type=submit]")
    assert text in main(page)


def answer(served: Served, unit: Actor, call: str, text: str) -> None:
    """The city answers everybody."""
    page = go(served.page(unit), f"{call}/questions")
    press(page, f".ct-question a[href^='{call}/questions/']")
    page.locator("#id_text").fill(text)
    press(page, "main form button[type=submit]")


def propose(
    served: Served,
    who: Actor,
    call: str,
    words: Mapping[str, str],
    *,
    language: str = "de",
    files: Sequence[Path] = (),
    scripts: bool = True,
) -> str:
    """Hand a proposal in, with files. Gives its address."""
    page = go(served.page(who, language=language, scripts=scripts), call)
    press(page, f"main a[href='{call}/proposals/new']")
    for name, value in words.items():
        page.locator(f"#id_{name}").fill(value)
    if page.locator("#id_organisation").count():
        page.locator("#id_organisation").select_option(index=1)
    if files:
        page.locator("#propose input[type=file]").first.set_input_files(files)
    served.wait(seconds=60)
    press(page, "#propose .ct-actions button[type=submit]")
    if page.locator("input[name=seen]").count():
        press(page, "button[form=propose]")
    served.work()
    return urlsplit(page.url).path


def propose_late(
    served: Served, who: Actor, call: str, words: Mapping[str, str], pass_time: Callable[[], None]
) -> None:
    """Begin before the end, send after it: refused, and everything typed is there."""
    page = go(served.page(who, language="de"), f"{call}/proposals/new")
    for name, value in words.items():
        page.locator(f"#id_{name}").fill(value)
    pass_time()
    press(page, "#propose .ct-actions button[type=submit]", status=409)
    for name, value in words.items():
        assert page.locator(f"#id_{name}").input_value() == value
    assert page.locator(".ct-message--error").count()
    assert page.locator("#propose .ct-actions button[type=submit]").count() == 0
    assert Proposal.objects.filter(challenge__slug=call.rsplit("/", 1)[1]).count() == 2


# --- the funnel and the jury


def start_assessment(served: Served, unit: Actor, call: str, *, scripts: bool = True) -> None:
    """From here on the criteria stay as they are."""
    page = go(served.page(unit, scripts=scripts), call)
    press(page, f"form[action='{call}/start'] button")
    go(page, f"{call}/criteria")
    assert page.locator("button[value=save].ct-button").count() == 0


def step_all(served: Served, unit: Actor, call: str, *, at: str, to: str, reason: str, scripts: bool = True) -> None:
    """Tick all that stand at a step, choose the next, read what the senders are told, and do it."""
    page = go(served.page(unit, scripts=scripts), f"{call}/funnel")
    part = f"#{at}"
    for box in page.locator(f"{part} input[name=id]").all():
        box.check()
    press(page, f"{part} button[type=submit]:not([name])")
    page.locator(f"input[name=step][value={to}]").check()
    press(page, "button[value=look]", status=422)
    assert page.locator("#id_reason").get_attribute("aria-invalid") == "true"
    page.locator("#id_reason").fill(reason)
    press(page, "button[value=look]")
    assert reason in page.locator("#letters ~ article").first.inner_text()
    press(page, "button[value=now]")
    assert page.locator(f"#{to} .ct-funnel-row").count()
    served.work()


def step_one(served: Served, unit: Actor, proposal: str, *, to: str, reason: str) -> None:
    """The next step of one proposal, from its page."""
    page = go(served.page(unit), proposal)
    press(page, f"main a[href='{proposal}/step']")
    page.locator(f"input[name=step][value={to}]").check()
    page.locator("#id_reason").fill(reason)
    press(page, "button[value=look]")
    press(page, "button[value=now]")
    assert reason in main(page)


def invite(served: Served, unit: Actor, call: str, jurors: Sequence[Actor]) -> None:
    """One from the list of colleagues, the others by their addresses."""
    page = go(served.page(unit), f"{call}/assessment")
    press(page, f"main a[href='{call}/assessment/jury']")
    for number, juror in enumerate(jurors):
        if number == 0:
            page.locator("#id_person").select_option(str(juror.id))
        else:
            page.locator("#id_email").fill(Person.objects.get(id=juror.id).email)
        press(page, "main form:has(#id_email) button[type=submit]")
    assert page.locator(".cs-jury__row").count() == len(jurors)


def score(
    served: Served,
    juror: Actor,
    call: str,
    given: Mapping[str, Mapping[str, int | None]],
    *,
    language: str = "de",
    scripts: bool = True,
) -> None:
    """Declare no interest in each proposal and score it; None stays empty. Nothing of the others is seen."""
    page = go(served.page(juror, language=language, scripts=scripts), f"{call}/assessment")
    for proposal, values in given.items():
        code = proposal.rsplit("/", 1)[1]
        go(page, f"{call}/assessment/{code}")
        assert page.locator(".cs-sheet").count() == 0
        page.locator("input[name=has_interest][value=no]").check()
        press(page, "main form:has([name=has_interest]) button[type=submit]")
        assert page.locator("#others-title").count() == 0
        for key, value in values.items():
            if value is not None:
                page.locator(f"input[name=value_{key}][value='{value}']").check()
        press(page, ".cs-sheet .ct-actions button[name=next]")


def say_done(served: Served, juror: Actor, call: str, *, missing: bool) -> None:
    """The page says first what is missing."""
    page = go(served.page(juror), f"{call}/assessment/done")
    assert bool(page.locator(".cs-missing li").count()) is missing
    press(page, "main form button[type=submit]")
    assert Juror.objects.get(person_id=juror.id).done_at is not None


def close_assessment(served: Served, unit: Actor, call: str) -> None:
    """The ranking is worked out in the background; meanwhile the page says so."""
    page = go(served.page(unit), f"{call}/assessment/close")
    press(page, "main form.ct-form button[type=submit]")
    assert page.locator("main progress").count() == 1
    served.work()

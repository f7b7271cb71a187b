"""The second half of the way: the pilot, the decision and the contract. See `chain`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.utils import timezone
from playwright.sync_api import Page

from citytandem.accounts.contract import Actor
from citytandem.challenges.models import Tender
from tests.browser.chain import People, Served, go, press

# --- the pilot


def plan_pilot(served: Served, unit: Actor, call: str, proposal: str) -> str:
    """The plan, with the reason that the sender is told. Gives the pilot's address."""
    page = go(served.page(unit), f"{call}/pilots")
    press(page, f"a[href='{call}/pilots/new?proposal={proposal.rsplit('/', 1)[1]}']")
    day = served.now().date()
    told = {
        "hypothesis": "Rounds that follow the fill level empty fuller bins, with the same staff.",
        "site": "Twelve bins around the market",
        "starts_on": f"{day + timedelta(days=30):%Y-%m-%d}",
        "ends_on": f"{day + timedelta(days=60):%Y-%m-%d}",
        "legal_basis": "Own property of the city",
        "risks": "Sensors may be stolen.",
        "staff": "Two people of the waste service",
        "infrastructure": "LoRaWAN within reach",
        "hourly_rate": "60",
        "reason": "It came first in all three ways of counting.",
    }
    for name, value in told.items():
        page.locator(f"#id_{name}").fill(value)
    page.locator("input[name=ai_class][value=none]").check()
    press(page, "main form.ct-form .ct-actions button[type=submit]")
    return urlsplit(page.url).path


def pass_gates(served: Served, people: People, pilot: str) -> None:
    """Who planned it does not review it: there is no form for them, and what they send is refused."""
    page = go(served.page(people.unit), f"{pilot}/gates/ethics")
    assert page.locator("input[name=state]").count() == 0
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    sent = {"state": "passed", "note": "Fine.", "csrfmiddlewaretoken": token}
    refused = page.request.post(f"{pilot}/gates/ethics", form=sent, headers={"Referer": page.url})
    assert refused.status in {403, 409}, refused.status
    page = go(served.page(people.office), pilot)
    for kind, state in (("data_protection", "not_needed"), ("ethics", "passed")):
        press(page, f"a[href='{pilot}/gates/{kind}']")
        page.locator(f"input[name=state][value={state}]").check()
        page.locator("#id_note").fill("No data of people are used.")
        press(page, "main form.ct-form button[type=submit]")
    assert page.locator(".pi-gate--passed").count() == 1


def choose_indicators(served: Served, unit: Actor, pilot: str) -> None:
    """One level that is read from tables."""
    page = go(served.page(unit), pilot)
    press(page, f"a[href='{pilot}/indicators']")
    page.locator("#id_i0-name").fill("Fill level when emptied")
    page.locator("#id_i0-unit").fill("per cent")
    page.locator("#id_i0-direction").select_option("up")
    page.locator("#id_i0-target").fill("65")
    page.locator("#id_i0-source").select_option("csv")
    press(page, "main form .ct-actions button[type=submit]:not([name])")


def read_table(served: Served, unit: Actor, pilot: str, table: Path) -> Page:
    """Values as a file; gives the page that answers."""
    page = go(served.page(unit), f"{pilot}/measurements")
    page.locator("input[type=file][name=file]").set_input_files([table])
    press(page, "form:has(input[name=what][value=table]) .ct-actions button")
    return page


def run_pilot(served: Served, unit: Actor, pilot: str, folder: Path) -> None:
    """A baseline of four weeks, the start, four weeks of values with one bad row that is told, costs, the end."""
    table(folder / "before.csv", served.now() - timedelta(days=28), [38, 41, 36, 44, 40, 39, 42] * 4)
    page = read_table(served, unit, pilot, folder / "before.csv")
    assert page.locator("main table tbody tr").count() == 28
    go(page, pilot)
    press(page, f"form[action='{pilot}/start'] button")
    served.wait(days=29)
    after = table(folder / "after.csv", served.now() - timedelta(days=28), [66, 71, 69, 74, 68, 70, 72] * 4)
    lines = after.read_text().splitlines()
    lines[5] = lines[5].rsplit(";", 1)[0] + ";very full"
    after.write_text("\n".join(lines) + "\n")
    page = read_table(served, unit, pilot, after)
    told = page.locator("#read").locator("xpath=..")
    assert "27" in told.inner_text()
    assert re.search(r"\b6\b", told.locator("tbody tr").inner_text()), told.inner_text()
    assert "very full" in told.inner_text()
    page.locator("#id_kind").select_option("devices")
    page.locator("#id_amount").fill("8.400,50")
    page.locator("#id_hours").fill("40")
    press(page, "form:has(input[name=what][value=cost]) .ct-actions button")
    go(page, pilot)
    press(page, f"form[action='{pilot}/finish'] button")
    served.work()


def table(path: Path, first: datetime, values: Sequence[float]) -> Path:
    """A value a day, as spreadsheets here write them."""
    days = (first + timedelta(days=number) for number in range(len(values)))
    rows = [f"{timezone.localtime(day):%Y-%m-%dT%H:%M};{value}" for day, value in zip(days, values, strict=True)]
    path.write_text("\n".join(["at;value", *rows]) + "\n")
    return path


def decide_pilot(served: Served, unit: Actor, pilot: str) -> None:
    """To the whole city, and the problem behind it is solved."""
    page = go(served.page(unit), pilot)
    press(page, f"a[href='{pilot}/decide']")
    page.locator("input[name=decision][value=scale]").check()
    page.locator("input[name=step][value=implement]").check()
    page.locator("#id_reason").fill("The target was reached, for less than planned.")
    page.locator("#id_is_solved").check()
    press(page, "main form.ct-form button[type=submit]")


def publish_solution(served: Served, unit: Actor, pilot: str) -> str:
    """What was shown becomes a solution that others find. Gives its address."""
    page = go(served.page(unit), pilot)
    press(page, f"form[action='{pilot}/solution'] button")
    path = urlsplit(page.url).path
    go(served.page(), path, status=404)
    go(page, f"{path}/edit")
    page.locator("input[name=visibility][value=public], select[name=visibility]").first.evaluate(
        "field => field.tagName == 'SELECT' ? field.value = 'public' : field.checked = true"
    )
    press(page, "main form button[type=submit].ct-button:not(.ct-button--quiet)")
    served.work()
    return path


# --- the decision and the contract


def decide(served: Served, unit: Actor, call: str) -> None:
    """What the jury said, and why the city decides so."""
    page = go(served.page(unit), f"{call}/assessment/decide")
    page.locator("#id_language").select_option("en")
    page.locator("#id_because").fill("The pilot showed that rounds by fill level work.")
    page.locator("#id_jury_says").fill("Convincing, and easy to repair.")
    press(page, "main form.ct-form button[type=submit]")


def make_package(served: Served, unit: Actor, call: str) -> str:
    """A tender package begun from the pilot; what it lacks is filled in until nothing is missing. Gives its address."""
    page = go(served.page(unit), f"{call}/tenders")
    page.locator("#id_language").select_option("en")
    press(page, "main form.ct-form button[type=submit]")
    path = urlsplit(page.url).path
    assert page.locator(".ct-tender__todo li").count()
    assert page.locator(f"form[action='{path}/hand-over']").count() == 0
    go(page, f"{path}/edit/criteria")
    page.locator("input[name$=price_confirmed]").check()
    press(page, "main form .ct-actions button.ct-button:not(.ct-button--quiet)")
    go(page, path)
    assert page.locator(".ct-tender__todo li").all_inner_texts() == []
    return path


def hand_over(served: Served, unit: Actor, tender: str) -> None:
    """From now on it stays as it is."""
    page = go(served.page(unit), tender)
    press(page, f"form[action='{tender}/hand-over'] button")
    assert Tender.objects.get(code=tender.rsplit("/", 1)[1]).handed_over_at is not None

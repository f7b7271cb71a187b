"""What makes the lives of the nodes hard: losses all the time, cuts, kills, and administrators who change things."""

from __future__ import annotations

import time
from collections.abc import Callable

from citytandem.federation.soak import control
from citytandem.federation.soak.running import Part, Soak

LOSS = 0.1
SECONDS_BETWEEN_KILLS = (3.0, 9.0)
SECONDS_DOWN = (0.0, 8.0)
SECONDS_OF_PARTITION = (5.0, 25.0)
SECONDS_BETWEEN_PARTITIONS = (10.0, 40.0)
LATE_AFTER = 0.4
CHANGES_AFTER = 0.6


def make_it_rough(run: Soak, *, seconds: float, advance: Callable[[int], None]) -> None:
    """Losses all the time; now and then a node or its worker is killed, and some are cut off from the others for a while.

    Afterwards all are there, and nothing is in their way.
    """
    began = ticked = time.monotonic()
    weather = _Weather(run, began, seconds)
    for number in range(len(run.plan.ports)):
        for part in run.parts_of(number):
            if number == run.plan.late:
                weather.back_at[part] = began + LATE_AFTER * seconds
            else:
                run.start(part)
    while (now := time.monotonic()) < began + seconds:
        weather.come_back(now)
        weather.kill(now)
        weather.cut(now)
        if now - ticked >= 1:
            advance(1)
            ticked += 1
        time.sleep(0.05)
    for part in sorted(weather.back_at):
        run.start(part)
    control.write(run.control, control.Control(phase="quiet", is_changing=True))


class _Weather:
    """What comes when."""

    def __init__(self, run: Soak, began: float, seconds: float) -> None:
        self.run = run
        self.back_at: dict[Part, float] = {}
        self._next_kill = began + min(10.0, seconds / 4)
        self._next_cut, self._cut_until = began + min(15.0, seconds / 3), 0.0
        self._changes_at = began + CHANGES_AFTER * seconds
        self._sides: dict[str, int] = {}
        self._told = control.Control()
        self._tell(began)

    def come_back(self, now: float) -> None:
        """Start again who has been away for long enough, or ended by itself."""
        for part in [part for part, at in self.back_at.items() if now >= at]:
            del self.back_at[part]
            self.run.start(part)
        for part in self.run.ended_by_themselves():
            self.back_at[part] = now + 0.5

    def kill(self, now: float) -> None:
        """End a node, or its worker alone, as a power cut does."""
        if now < self._next_kill or not self.run.processes:
            return
        chance = self.run.chance
        struck = chance.choice(sorted(self.run.processes))
        with_it = [struck] if struck.is_worker else self.run.parts_of(struck.number)
        for part in with_it:
            if part in self.run.processes:
                self.run.kill(part)
                self.back_at[part] = now + chance.uniform(*SECONDS_DOWN)
        self.run.kills += 1
        self._next_kill = now + chance.uniform(*SECONDS_BETWEEN_KILLS)

    def cut(self, now: float) -> None:
        """Put some on another side, or all on one again."""
        chance = self.run.chance
        if self._cut_until and now >= self._cut_until:
            self._sides, self._cut_until = {}, 0.0
            self._next_cut = now + chance.uniform(*SECONDS_BETWEEN_PARTITIONS)
        elif not self._cut_until and now >= self._next_cut:
            self._sides = {str(port): chance.randint(0, 1) for port in self.run.plan.ports}
            self._cut_until = now + chance.uniform(*SECONDS_OF_PARTITION)
            self.run.partitions += 1
        self._tell(now)

    def _tell(self, now: float) -> None:
        told = control.Control(loss=LOSS, sides=self._sides, is_changing=now >= self._changes_at)
        if told != self._told:
            self._told = told
            control.write(self.run.control, told)

"""The worker of a node, beside its web server: the one that every node has, under the bad network of the soak."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from citytandem.federation.soak.node import Place, be_the_node

SECONDS_TO_LOOK = 0.5


def main(place: Place, work: Callable[[], None]) -> None:
    """Work off the jobs of that node until the harness is gone or kills it. `work` is what `citytandem worker` does."""
    be_the_node(place, part="worker")
    parent = os.getppid()

    def end_with_it() -> None:
        while os.getppid() == parent:
            time.sleep(SECONDS_TO_LOOK)
        os._exit(1)

    threading.Thread(target=end_with_it, daemon=True).start()
    work()

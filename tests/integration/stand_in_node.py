"""Run a real supervisor with stand-ins for web and worker: `stand_in_node.py DATA PORT`.

Files in the data folder steer it: `web-dies` and `prepare-hangs`.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from citytandem.supervisor import Options, run


def main() -> int:
    data, port = Path(sys.argv[1]), int(sys.argv[2])
    web = Path(__file__).with_name("stand_in_web.py")
    # The worker ignores TERM: it must be ended all the same.
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(3600)"
    worker = "import time; time.sleep(3600)" if not (data / "worker-is-stubborn").exists() else stubborn

    def prepare(*, demo: str | None, say: Callable[[str], None]) -> None:
        while (data / "prepare-hangs").exists():
            time.sleep(0.05)
        say(f"Sign in as anna ({demo})")

    options = Options(
        port=port,
        data=data,
        demo="example",
        web=(sys.executable, str(web), str(port), str(data / "web-dies")),
        worker=(sys.executable, "-c", worker),
        seconds_to_answer=15,
        first_pause=0.01,
        seconds_to_end=1,
    )
    return run(options, prepare=prepare)


if __name__ == "__main__":
    sys.exit(main())

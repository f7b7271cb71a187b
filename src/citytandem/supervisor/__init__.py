"""One node as one command: database, web and worker, watched, and ended together.

run(Options(port=8000)) -> exit code        stop(data) -> exit code
run_tandem(Options(port=8000)) -> exit code: two of them, each with all of its own
"""

from citytandem.supervisor.ending import stop
from citytandem.supervisor.options import Options, add_arguments, default_data, options_from
from citytandem.supervisor.running import run
from citytandem.supervisor.tandem import run_tandem

__all__ = ["Options", "add_arguments", "default_data", "options_from", "run", "run_tandem", "stop"]

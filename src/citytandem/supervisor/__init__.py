"""One node as one command: database, web and worker, watched, and ended together.

run(Options(port=8000)) -> exit code        stop(data) -> exit code
"""

from citytandem.supervisor.ending import stop
from citytandem.supervisor.options import Options, add_arguments, default_data, options_from
from citytandem.supervisor.running import run

__all__ = ["Options", "add_arguments", "default_data", "options_from", "run", "stop"]

"""`citytandem VERB …`, which is also `python3 city.py cli VERB …`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; returns the exit code."""
    from citytandem import cli

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

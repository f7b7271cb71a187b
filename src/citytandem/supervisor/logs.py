"""The log of a child process: written by the child itself, read along by us.

The child writes straight into the file, so it needs nobody to empty a pipe. We read what is new
and show its errors on the terminal.
"""

import re
import shutil
from pathlib import Path
from typing import BinaryIO

LIMIT = 10_000_000
_ERROR = re.compile(r"\b(ERROR|CRITICAL|FATAL)\b|^[\w.]*(Error|Exception)\b")
_TRACEBACK = "Traceback (most recent call last)"


class Log:
    """One log file. The one before it is kept as `<name>.log.1`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_to = path.stat().st_size if path.exists() else 0
        self._in_traceback = False

    def open_for_child(self) -> BinaryIO:
        """The file to give to a child. Appending, so that it may be shortened meanwhile."""
        return self.path.open("ab")

    def new_errors(self) -> list[str]:
        """Lines written since the last call that tell of an error, tracebacks whole."""
        with self.path.open("rb") as log:
            log.seek(self._read_to)
            content = log.read()
        complete = content[: content.rfind(b"\n") + 1]
        self._read_to += len(complete)
        if self._read_to > LIMIT:
            self._turn_over()
        lines = complete.decode(errors="replace").splitlines()
        return [line for line in lines if self._tells_of_error(line)]

    def tail(self, *, lines: int = 8) -> str:
        """The last lines."""
        with self.path.open("rb") as log:
            log.seek(max(0, self.path.stat().st_size - 20_000))
            content = log.read().decode(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in content[-lines:])

    def _tells_of_error(self, line: str) -> bool:
        if self._in_traceback:
            # The line that names the error ends it; it is the first without indentation.
            self._in_traceback = line.startswith((" ", "\t")) or not line
            return True
        self._in_traceback = line.startswith(_TRACEBACK)
        return self._in_traceback or _ERROR.search(line) is not None

    def _turn_over(self) -> None:
        shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
        with self.path.open("r+b") as log:
            log.truncate(0)
        self._read_to = 0

"""A stand-in for the web: answers /health, starts a child of its own, and dies when asked to.

Arguments: the port, and a file; as long as that file exists the web ends at once with an error.
"""

import http.server
import subprocess
import sys
from pathlib import Path


class Health(http.server.BaseHTTPRequestHandler):
    """200 on /health, 404 elsewhere."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()


def main() -> None:
    port, dies = int(sys.argv[1]), Path(sys.argv[2])
    if dies.exists():
        print("ERROR the web was told to die", file=sys.stderr, flush=True)
        sys.exit(3)
    subprocess.Popen(["sleep", "3600"])
    http.server.ThreadingHTTPServer(("127.0.0.1", port), Health).serve_forever()


if __name__ == "__main__":
    main()

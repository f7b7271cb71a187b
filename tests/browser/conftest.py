"""A real node in processes of its own, and a real Chromium looking at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from citytandem.core.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--no-first-run", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here need the browser."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(
                    pytest.mark.skip(reason="NO BROWSER: Chromium is not installed, pages are not looked at")
                )


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """The data folder of the node; its letters are files in `mail` there."""
    folder = Path(tempfile.mkdtemp(prefix="citytandem-browser-"))
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def node(node_folder: Path) -> Iterator[str]:
    """Base address of a fresh node of Krefeld, as `city.py run` starts it; stopped by SIGTERM."""
    folder = node_folder
    port = free_port()
    environment = {
        key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    }
    environment |= {
        "PYTHONPATH": str(ROOT / "src"),
        "CITYTANDEM_DATA": str(folder),
        "CITYTANDEM_MICROCACHE_SECONDS": "0",
    }
    command = [
        sys.executable,
        "-m",
        "citytandem",
        "run",
        "--port",
        str(port),
        "--data",
        str(folder),
        "--demo",
        "krefeld",
    ]
    log = (folder / "run.log").open("wb")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    base = f"http://localhost:{port}"
    try:
        _wait_for(base, process, folder / "run.log")
        yield base
    finally:
        process.terminate()
        process.wait(timeout=60)
        from citytandem.database import embedded

        embedded.remove(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 240
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{base}/health", timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(log.read_text(errors="replace"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A page, and what it did that it must not do: requests elsewhere, errors in the console."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self.page: Page = context.new_page()
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.foreign.append(url)

    def go(self, path: str) -> Page:
        """Open a page of the node."""
        self.page.goto(self.base + path)
        return self.page


@pytest.fixture
def visit(browser: Browser, node: str) -> Iterator[Callable[..., Visit]]:
    """Make a visit: `visit(width=320, scheme="dark", language="el", scripts=False)`."""
    contexts: list[BrowserContext] = []

    def make(*, width: int = 1280, scheme: str = "light", language: str = "de", scripts: bool = True) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=language,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        return Visit(context, node)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def sign_in() -> Callable[[Visit, str], None]:
    """Sign in by the form, as one of the demo's people."""
    from citytandem.demo.sign_ins import SIGN_INS

    def do(visit: Visit, role: str) -> None:
        person = next(one for one in SIGN_INS if one.role == role)
        page = visit.go("/sign-in")
        page.locator("#id_username, #id_email").first.fill(person.email)
        page.locator("#id_password").fill(person.password)
        page.locator("#id_password").press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)

    return do

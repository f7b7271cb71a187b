"""What we ship from others is what the manifest says, is licensed, and calls nobody."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from citytandem import ui

VENDOR = Path(ui.__file__).parent / "static" / "vendor"
FILES = json.loads((VENDOR / "manifest.json").read_text())["files"]
LICENCE_FILES = {package["licence_file"] for file in FILES for package in file["packages"]} - {None}
LICENCES = {"0BSD", "BSD-2-Clause", "BSD-3-Clause", "EUPL-1.2", "ISC", "MIT", "MIT OR Apache-2.0", "OFL-1.1"}

# Ways in which a stylesheet or script makes the browser fetch something while it loads.
REQUESTS = [
    r"""url\(\s*["']?(?:https?:)?//""",
    r"""@import\s+(?:url\()?\s*["']?(?:https?:)?//""",
    r"""(?:\bfrom|\bimport|\bimportScripts\()\s*\(?\s*["'](?:https?:)?//""",
    r"""sourceMappingURL=(?!data:)""",
]

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file["path"])


def test_the_manifest_names_every_file_and_no_other() -> None:
    on_disk = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert on_disk == {file["path"] for file in FILES} | LICENCE_FILES | {"manifest.json"}


@each_file
def test_content_is_as_recorded(file: dict) -> None:
    content = (VENDOR / file["path"]).read_bytes()
    assert (len(content), sha256(content).hexdigest()) == (file["bytes"], file["sha256"])


@each_file
def test_every_package_has_a_licence_and_its_text(file: dict) -> None:
    assert file["packages"]
    for package in file["packages"]:
        assert package["licence"] in LICENCES, package
        if package["name"] == "citytandem":
            continue
        assert package["version"]
        assert (VENDOR / package["licence_file"]).read_text().strip()


@pytest.mark.parametrize("path", [file["path"] for file in FILES if file["path"].endswith((".css", ".js"))])
@pytest.mark.parametrize("pattern", REQUESTS)
def test_nothing_is_asked_of_a_third_party(path: str, pattern: str) -> None:
    # Pictures inside the stylesheet name the SVG namespace, which is a name and not an address.
    text = re.sub(r"""url\("data:[^"]*"\)""", "", (VENDOR / path).read_text())
    assert re.findall(pattern, text) == []


def test_a_german_page_loads_little() -> None:
    fonts = [file for file in FILES if file["path"].endswith("-latin.woff2")]
    assert len(fonts) == 2
    assert sum(file["bytes"] for file in fonts) <= 60_000
    assert next(file["bytes"] for file in FILES if file["path"] == "kern/kern.css") <= 200_000


def test_every_address_in_the_stylesheets_exists() -> None:
    for path in (VENDOR / file["path"] for file in FILES if file["path"].endswith(".css")):
        for address in re.findall(r"""url\(["']?(?!data:|["'])([^"')]+)""", path.read_text()):
            assert (path.parent / address).is_file(), address

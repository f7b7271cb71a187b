"""`citytandem check-project`: rules of the source tree that no general tool knows."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from citytandem.cli import show
from citytandem.cli.command import Command

ROOT = Path(__file__).resolve().parents[3]
LONGEST_FILE = 400
_HOSTS = re.compile(r"(files\.pythonhosted|pypi\.org/simple|registry\.npmjs|--index-url|--extra-index-url)")
_ABSOLUTE = re.compile(r"(?<![\w.])/(home|root|Users)/[a-z]")
_BAD_NAMES = {"utils.py", "helpers.py", "common.py", "manager.py"}


def _files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def _complaints() -> Iterator[str]:
    for path in _files():
        name = path.relative_to(ROOT).as_posix()
        if path.name in _BAD_NAMES:
            yield f"{name}: this name says nothing; name the file after what it does"
        if "/vendor/" in name or path.suffix not in {
            ".py",
            ".toml",
            ".lock",
            ".json",
            ".md",
            ".html",
            ".js",
            ".css",
            ".yaml",
        }:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if _HOSTS.search(text) and path != Path(__file__):
            yield f"{name}: names a package registry"
        if _ABSOLUTE.search(text):
            yield f"{name}: holds an absolute path"
        if path.suffix == ".py" and "migrations" not in path.parts and text.count("\n") > LONGEST_FILE:
            yield f"{name}: longer than {LONGEST_FILE} lines; split it by use case"
        # Letters are shown by mail programs, which know no stylesheet of ours.
        if (
            path.suffix == ".html"
            and "mail" not in path.parts
            and re.search(r"<style|\sstyle=|<script(?![^>]*\bsrc=)(?![^>]*application/json)|\son\w+=\"", text)
        ):
            yield f"{name}: inline script or style, which the content security policy forbids"


def _django_complaints() -> Iterator[str]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "citytandem.settings.production"
    os.environ.setdefault("CITYTANDEM_SECRET_KEY", "check-" + "x9Kq" * 20)
    import django

    django.setup()
    from django.core import checks

    for message in checks.run_checks(include_deployment_checks=True):
        if message.level >= checks.WARNING and not message.is_silenced():
            yield f"django: {message.id}: {message.msg}"
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    # By the files alone: a check of the source needs no database.
    written = MigrationLoader(None, ignore_no_migrations=True)
    detector = MigrationAutodetector(written.project_state(), ProjectState.from_apps(apps))
    for label in detector.changes(graph=written.graph):
        yield f"{label}: the models have changed without a migration"


def _run(options: argparse.Namespace) -> int:
    found = [*_complaints(), *_django_complaints()]
    show(options, found, found or ["the source tree is in order"])
    return 1 if found else 0


COMMAND = Command(
    name="check-project",
    summary="Check the rules of this source tree (file lengths, names, no inline scripts, Django's own checks).",
    example="citytandem check-project",
    run=_run,
)

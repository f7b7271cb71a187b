"""city.py: its arguments, its stamp, and how it reads the lock. Nothing is installed here."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

CITY = Path(__file__).resolve().parents[2] / "city.py"

LOCK = """# made by a tool
tzdata==2026.1 \\
    --hash=sha256:aaaa
uv==0.13.8 \\
    --hash=sha256:bbbb \\
    --hash=sha256:cccc
    # via citytandem
uvloop==1.0 \\
    --hash=sha256:dddd
"""


@pytest.fixture
def city(tmp_path: Path) -> ModuleType:
    """city.py as a module, in an empty folder of its own."""
    spec = importlib.util.spec_from_file_location("city_under_test", CITY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / ".venv"
    vars(module).update(ROOT=tmp_path, VENV=venv, PYTHON=venv / "bin" / "python", STAMP=venv / "stamp.json")
    (tmp_path / "requirements.lock").write_text(LOCK)
    (tmp_path / "requirements-dev.lock").write_text(LOCK + "pytest==1\n")
    return module


def call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(CITY), *arguments], capture_output=True, text=True, cwd="/", check=False)


def make_stamped(city: ModuleType, *, developer: bool) -> None:
    city.PYTHON.parent.mkdir(parents=True)
    city.PYTHON.touch(mode=0o755)
    city.STAMP.write_text(city.json.dumps(city.fresh_stamp(developer=developer)))


def test_an_unknown_verb_is_refused() -> None:
    done = call("fly")
    assert done.returncode == 2
    assert "'fly'" in done.stderr


@pytest.mark.parametrize("verb", ["run", "test", "check", "bench", "stop"])
def test_every_verb_explains_itself(verb: str) -> None:
    done = call(verb, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: python3 city.py {verb}")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_the_overview_names_every_verb(arguments: list[str], city: ModuleType) -> None:
    shown = call(*arguments).stdout
    assert all(f"city.py {verb}" in shown for verb in city.VERBS)


def test_stop_without_an_environment_builds_none(city: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert city.main(["stop"]) == 0
    assert "Nothing runs" in capsys.readouterr().out
    assert not city.VENV.exists()


def test_an_old_python_is_told_so(
    city: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(city, "OLDEST_PYTHON", (99, 0))
    assert city.main(["run"]) == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().err


def test_a_missing_venv_module_names_the_package(city: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(city.Trouble, match="apt-get install python3-venv"):
        city.require_python()


def test_it_cuts_uv_and_only_uv_out_of_the_lock(city: ModuleType) -> None:
    assert city.uv_pin(LOCK) == "uv==0.13.8 \\\n    --hash=sha256:bbbb \\\n    --hash=sha256:cccc"
    assert city.uv_pin("uvloop==1.0\n") is None


def test_the_repository_lock_pins_uv_with_hashes(city: ModuleType) -> None:
    pin = city.uv_pin(CITY.with_name("requirements.lock").read_text())
    assert pin is not None
    assert "--hash=sha256:" in pin


def test_a_fresh_stamp_means_nothing_to_do(city: ModuleType) -> None:
    make_stamped(city, developer=False)
    assert city.is_current(city.read_stamp(), developer=False)
    assert not city.is_current(city.read_stamp(), developer=True)


def test_development_tools_do_not_disturb_running(city: ModuleType) -> None:
    make_stamped(city, developer=True)
    assert city.is_current(city.read_stamp(), developer=False)
    assert city.is_current(city.read_stamp(), developer=True)


def test_a_changed_lock_makes_it_stale(city: ModuleType) -> None:
    make_stamped(city, developer=False)
    (city.ROOT / "requirements.lock").write_text(LOCK + "more==1\n")
    assert not city.is_current(city.read_stamp(), developer=False)


def test_another_place_makes_it_stale(city: ModuleType) -> None:
    make_stamped(city, developer=False)
    stamp = city.read_stamp()
    vars(city).update(VENV=city.ROOT / "moved" / ".venv")
    assert not city.is_current(stamp, developer=False)


@pytest.mark.parametrize("broken", ["{", "[]", "7", ""])
def test_a_broken_stamp_means_half_made(city: ModuleType, broken: str) -> None:
    make_stamped(city, developer=False)
    city.STAMP.write_text(broken)
    assert not city.is_current(city.read_stamp(), developer=False)


def test_a_missing_python_means_half_made(city: ModuleType) -> None:
    make_stamped(city, developer=False)
    city.PYTHON.unlink()
    assert not city.is_current(city.read_stamp(), developer=False)


def test_a_failing_step_says_why(city: ModuleType) -> None:
    with pytest.raises(city.Trouble, match="Doing this failed:\nthe reason"):
        city.step("Doing this", [sys.executable, "-c", "import sys; sys.exit('the reason')"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], True),
        (["-k", "name"], True),
        (["tests"], True),
        (["tests/browser/test_a.py::test_b"], True),
        (["tests/unit"], False),
        (["-x", "tests/unit"], False),
    ],
)
def test_chromium_is_wanted_for_browser_tests_only(city: ModuleType, arguments: list[str], expected: bool) -> None:
    for name in ("tests/unit", "tests/browser"):
        (city.ROOT / name).mkdir(parents=True)
    (city.ROOT / "tests/browser/test_a.py").touch()
    assert city.wants_browser(arguments) is expected

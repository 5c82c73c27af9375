"""What a new resource costs, and that this is all it takes: a sample family is added to the service."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.mark.long
@pytest.mark.unmeasured
def test_a_declared_resource_is_served_seeded_saved_shown_and_under_contract() -> None:
    """In a process of its own, because Django's apps are fixed when it starts."""
    contract = ["tests/test_contracts.py", "-k", "Note or Bulletin or checks"]
    command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "--no-cov"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")
    }
    environment["DJANGO_SETTINGS_MODULE"] = "tests.adding.settings"
    done = subprocess.run(
        [*command, "tests/adding/checks.py", *contract],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout


@pytest.mark.parametrize(("module", "most"), [("bulletins", 80), ("notes", 150)])
def test_a_resource_is_one_short_file(module: str, most: int) -> None:
    assert len((HERE / "bulletins" / f"{module}.py").read_text().splitlines()) <= most


def test_a_resource_is_named_in_one_line_elsewhere() -> None:
    elsewhere = [path for path in (HERE / "bulletins").glob("*.py") if path.stem != "bulletins"]
    lines = [line for path in elsewhere for line in path.read_text().splitlines()]
    assert [line.strip() for line in lines if "bulletins.bulletins." in line] == [
        '"tests.adding.bulletins.bulletins.BULLETIN",'
    ]

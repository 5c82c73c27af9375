"""The picture of the house: drawn from the code, and committed as it is drawn."""

import subprocess
import sys
from pathlib import Path

import pytest

from docs.pictures import architecture
from docs.pictures.ways import WAYS, Way


def draw(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "docs.pictures.architecture", *arguments]
    return subprocess.run(
        command, cwd=architecture.ROOT, capture_output=True, text=True, check=False
    )


def test_the_committed_picture_is_up_to_date() -> None:
    assert architecture.PICTURE.read_text() == architecture.picture()


def test_a_stale_picture_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "picture.svg"
    assert "not up to date" in draw("--check", "--file", str(file)).stderr
    assert draw("--file", str(file)).returncode == 0
    assert draw("--check", "--file", str(file)).returncode == 0
    file.write_text("old")
    assert draw("--check", "--file", str(file)).returncode == 1


def test_imports_go_down() -> None:
    rows = architecture.layers()
    assert all(start < end for start, end in architecture.imports(rows))


def test_an_arrow_that_others_lead_to_is_left_out() -> None:
    assert architecture.nearest({(0, 1), (1, 2), (0, 2), (0, 3)}) == [(0, 1), (0, 3), (1, 2)]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_stop_is_on_the_picture(way: Way) -> None:
    text = architecture.PICTURE.read_text()
    assert all(stop.module in text for stop in way.stops)

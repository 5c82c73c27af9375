"""Calls are lines of files first: whole, in order, for their owner alone, until they are drained."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from astra.journal import spool as module
from astra.journal.spool import Spool


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal" / "database"


@pytest.fixture
def spools(folder: Path) -> Iterator[list[Spool]]:
    """Those of three processes: locks are between opened files, whoever opened them."""
    spools = [Spool(folder) for _ in range(3)]
    yield spools
    for each in spools:
        each.close()


def lines(spool: Spool) -> list[str]:
    pieces = [spool.read(name, 0) for name in spool.sizes()]
    return [line.decode() for piece in pieces for line in piece.split(b"\n") if line]


def test_processes_share_a_file_in_which_calls_have_their_order(spools: list[Spool]) -> None:
    for number in range(9):
        assert spools[number % 3].append(b"%d" % number)
    assert len(spools[0].sizes()) == 1
    assert lines(spools[0]) == list("012345678")


def test_all_go_on_to_the_next_file_when_one_is_full(
    spools: list[Spool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FULL_BYTES", 10)
    for number in range(50):
        assert spools[number % 3].append(b"%d" % number)
    assert len(spools[0].sizes()) > 5
    assert lines(spools[0]) == [str(number) for number in range(50)]


def test_a_file_goes_when_nobody_has_it_open_and_all_of_it_is_known(
    spools: list[Spool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FULL_BYTES", 2)
    first, second, _ = spools
    first.append(b"1")
    ((name, size),) = first.sizes().items()
    assert not second.remove(name, size)
    first.append(b"2")
    assert not second.remove(name, size - 1)
    assert second.remove(name, size)
    assert not second.remove(name, size)
    assert lines(second) == ["2"]


def test_a_file_of_an_earlier_run_is_left_alone(spools: list[Spool]) -> None:
    """A crash of the machine may have taken an end away that the table has."""
    spools[0].append(b"1")
    spools[0].close()
    spools[1].append(b"2")
    assert len(spools[0].sizes()) == 2
    assert lines(spools[0]) == ["1", "2"]


def test_no_two_files_ever_have_one_name(spools: list[Spool], folder: Path) -> None:
    names = set()
    for _ in range(3):
        spools[0].append(b"1")
        spools[0].close()
        (name,) = spools[0].sizes()
        names.add(name)
        (folder / name).unlink()
    assert len(names) == 3


def test_they_are_for_their_owner_alone(spools: list[Spool], folder: Path) -> None:
    spools[0].append(b"1")
    (name,) = spools[0].sizes()
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, folder / name)]
    assert modes == [0o700, 0o700, 0o600]


@pytest.mark.parametrize("what", ["folder", "file"])
def test_no_link_is_followed(spools: list[Spool], folder: Path, tmp_path: Path, what: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    if what == "folder":
        elsewhere.mkdir()
        folder.parent.mkdir()
        folder.symlink_to(elsewhere)
    else:
        folder.mkdir(parents=True)
        elsewhere.touch()
        (folder / "0000000001-x").symlink_to(elsewhere)
    assert not spools[0].append(b"1")
    assert not (list(elsewhere.iterdir()) if elsewhere.is_dir() else elsewhere.read_bytes())


def test_what_was_cut_off_spoils_no_other_line(spools: list[Spool], folder: Path) -> None:
    spools[0].append(b"1")
    (name,) = spools[0].sizes()
    with (folder / name).open("ab") as file:
        file.write(b'\n{"cut')
    spools[1].append(b"2")
    assert lines(spools[0]) == ["1", '{"cut', "2"]


def test_a_line_is_read_once_it_is_whole(spools: list[Spool], folder: Path) -> None:
    spools[0].append(b"1")
    (name,) = spools[0].sizes()
    with (folder / name).open("ab") as file:
        file.write(b"\n2")
    assert lines(spools[0]) == ["1"]
    with (folder / name).open("ab") as file:
        file.write(b"2\n")
    assert lines(spools[0]) == ["1", "22"]


def test_a_disk_that_is_full_is_said_once(
    spools: list[Spool], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write = os.write
    assert spools[0].append(b"1")
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[: len(data) // 2]))
    assert not spools[0].append(b"22222222")
    assert not spools[0].append(b"33333333")
    assert len(caplog.records) == 1
    assert "No space left on device" in caplog.text
    monkeypatch.undo()
    assert spools[0].append(b"4")
    assert [each for each in lines(spools[0]) if len(each) == 1] == ["1", "4"]


def test_what_else_is_in_the_folder_is_left_alone(spools: list[Spool], folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine\n")
    spools[0].append(b"1")
    assert lines(spools[0]) == ["1"]

"""Children that go on with what their parent has loaded."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from astra.server.forks import Fork
from tests.server.service import ROOT, eventually, is_running

PARENT = """
import os, signal, sys, time
from contextlib import suppress
from pathlib import Path
from astra.server import processes
from astra.server.forks import Fork

loaded, taken = ["here"], []
kept = open(sys.argv[1], "w")

def say(*words):
    # In one write: the other process says something too.
    sys.stdout.write(" ".join(map(str, words)) + "\\n")
    sys.stdout.flush()

def stop(number, frame):
    taken.append(number)

def child():
    files = []
    for number in range(64):
        with suppress(OSError):
            os.fstat(number)
            files.append(number)
    say(loaded, files)
    say(Path.cwd(), sys.stdin.read() == "", signal.getsignal(signal.SIGTERM).name)
    {then}

signal.signal(signal.SIGTERM, stop)
fork = Fork(child, name="astra-child", folder=Path(sys.argv[1]).parent)
say(fork.pid)
if "deaf" in sys.argv:
    while not Path("deaf").exists():
        time.sleep(0.01)
    processes.stop([fork], (signal.SIGTERM, 0.1))
say(fork.wait(60), fork.poll(), taken)
"""


DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN); Path('deaf').touch(); time.sleep(600)"


@pytest.fixture
def parent(tmp_path: Path) -> "Parent":
    return Parent(tmp_path / "kept")


class Parent:
    """A process with a child that says what it has, and does something then."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def start(self, then: str, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", PARENT.replace("{then}", then), str(self.file), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self.file.parent,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("pass", 0),
        ("sys.exit()", 0),
        ("sys.exit(3)", 3),
        ("sys.exit('no')", 1),
        ("raise KeyError('lost')", 1),
        ("signal.raise_signal(signal.SIGTERM)", -15),
    ],
)
def test_a_child_has_what_was_loaded_and_nothing_else(parent: Parent, then: str, code: int) -> None:
    with parent.start(then) as process:
        output, _ = process.communicate()
    assert "['here'] [0, 1, 2]\n" in output
    assert f"{parent.file.parent} True SIG_DFL\n" in output
    assert output.endswith(f"{code} {code} []\n")
    assert ("KeyError: 'lost'" in output) == ("KeyError" in then)


def test_a_child_is_listed_under_its_name_and_dies_with_its_parent(parent: Parent) -> None:
    with parent.start("time.sleep(600)") as process:
        assert process.stdout is not None
        number = next(int(line) for line in process.stdout if line.strip().isdigit())
        child = psutil.Process(number)
        eventually(lambda: child.name() == "astra-child", "the name")
        eventually(lambda: os.getsid(number) == number, "a session of its own")
        process.kill()
        eventually(lambda: not is_running(child), "the end of the child", 5)


def test_beside_threads_there_is_no_fork(tmp_path: Path) -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    with pytest.raises(RuntimeError, match="threads"):
        Fork(lambda: None, name="never", folder=tmp_path)
    done.set()
    thread.join()


def test_who_does_not_listen_is_killed(parent: Parent) -> None:
    with parent.start(DEAF, "deaf") as it:
        output, _ = it.communicate()
    assert output.endswith("-9 -9 []\n")

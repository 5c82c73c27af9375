"""CPU and memory of a server are those of all its processes, whatever became of them."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.processes import Processes

BURNT = 0.1
# It is told in hundredths, rounded down.
CHILD = f"import time\nwhile time.process_time() < {BURNT + 0.03}: pass"
# Its only child has ended, and was waited for, when it says so.
PARENT = f"""
import subprocess, sys
subprocess.run([sys.executable, "-c", {CHILD!r}])
print("over", flush=True)
input()
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "over\n"
        yield process
        process.communicate("\n")


def test_the_cpu_of_a_process_that_ended_still_counts(parent: subprocess.Popen[str]) -> None:
    assert Processes(parent.pid, lambda _: "all").cpu_seconds()["all"] >= BURNT


def test_what_is_private_is_no_more_than_all(parent: subprocess.Popen[str]) -> None:
    processes = Processes(parent.pid, lambda _: "all")
    assert 0 < processes.private_mib()["all"] <= processes.memory_mib()["all"]


def test_what_is_paused_goes_on_later(parent: subprocess.Popen[str]) -> None:
    processes = Processes(parent.pid, lambda _: "all")
    processes.pause()
    assert os.WIFSTOPPED(os.waitpid(parent.pid, os.WUNTRACED)[1])
    processes.resume()
    assert os.WIFCONTINUED(os.waitpid(parent.pid, os.WCONTINUED)[1])


def test_a_part_that_came_later_was_at_nothing_before() -> None:
    assert Processes.difference({"web": 3.0, "worker": 1.0}, {"web": 1.0}) == {
        "web": 2,
        "worker": 1,
    }

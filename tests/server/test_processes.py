"""Children that never outlive their parent, and how they are stopped."""

import os
import signal
import subprocess
import sys

import psutil
import pytest

from astra.server import processes
from tests.server.service import ROOT, eventually, is_running

PARENT = """
import signal, sys, time
from astra.server import processes
child = processes.spawn(sys.argv[1:], death_signal=signal.SIGTERM)
print(child.pid, flush=True)
time.sleep(600)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(flush=True)
time.sleep(600)
"""


def test_a_child_dies_with_its_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, "/bin/sleep", "600"],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        eventually(lambda: child.name() == "sleep", "the program")
        parent.kill()
        eventually(lambda: not is_running(child), "the end of the child", 5)


def test_a_child_whose_parent_died_before_it_could_be_tied_dies_at_once() -> None:
    leash = ROOT / "astra" / "server" / "leash.py"
    stranger = str(os.getppid())
    result = subprocess.run(
        [sys.executable, str(leash), "--parent", stranger, "--signal", "15", "--", "/bin/true"],
        check=False,
    )
    assert result.returncode == -signal.SIGKILL


def test_a_program_that_is_not_there_is_named() -> None:
    child = processes.spawn(
        ["/no/such/program"], death_signal=signal.SIGTERM, output=subprocess.DEVNULL
    )
    assert child.wait() == 1


def test_who_does_not_listen_is_killed() -> None:
    child = subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    child.stdout.close()
    processes.stop([child], (signal.SIGTERM, 0.1))
    assert child.returncode == -signal.SIGKILL


def test_who_listens_is_not_killed() -> None:
    child = subprocess.Popen(["/bin/sleep", "600"])
    processes.stop([child], (signal.SIGTERM, 60))
    assert child.returncode == -signal.SIGTERM


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_as_root_a_child_can_run_as_another_account() -> None:
    account = processes.unprivileged_account()
    child = processes.spawn(
        ["/usr/bin/id", "-u"],
        death_signal=signal.SIGTERM,
        identity=processes.Identity(account.pw_uid, account.pw_gid),
        output=subprocess.PIPE,
    )
    output, _ = child.communicate()
    assert int(output) == account.pw_uid

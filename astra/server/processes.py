"""Child processes that never outlive the process that started them."""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from astra.server.forks import Fork

_LEASH = Path(__file__).with_name("leash.py")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a child runs as, for a parent that is root."""

    uid: int
    gid: int
    pass_closed_folders: bool = False


def spawn(
    command: Sequence[str],
    *,
    death_signal: signal.Signals,
    identity: Identity | None = None,
    output: IO[bytes] | int | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own; it gets ``death_signal`` when this thread ends.

    Own session, so that Ctrl-C in the terminal reaches this process alone, which then stops its
    children in the right order. Call it from a thread that lives as long as the process.
    """
    leash = [sys.executable, "-I", "-S", str(_LEASH)]
    leash += ["--parent", str(os.getpid()), "--signal", str(int(death_signal))]
    if identity is not None:
        leash += ["--account", f"{identity.uid}:{identity.gid}"]
        if identity.pass_closed_folders:
            leash.append("--pass-closed-folders")
    return subprocess.Popen(  # noqa: S603 - the commands are ours
        [*leash, "--", *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=None if environment is None else {**os.environ, **environment},
        cwd=folder,
        start_new_session=True,
    )


def stop(
    children: Iterable[subprocess.Popen[bytes] | Fork], *steps: tuple[signal.Signals, float]
) -> None:
    """Send each signal in turn to those that still run, waiting so many seconds after each.

    What is left at the end is killed.
    """
    running = [child for child in children if child.poll() is None]
    for number, seconds in steps:
        for child in running:
            child.send_signal(number)
        deadline = time.monotonic() + seconds
        for child in running:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
        running = [child for child in running if child.poll() is None]
    for child in running:
        child.kill()
        child.wait()


def lowered_identity(folder: Path, *, needs: Iterable[Path]) -> Identity:
    """Return whom root runs a program as that keeps its files in ``folder`` and refuses root.

    It is the owner of the folder if there is one already. An account that cannot reach what it
    ``needs``, as below the home of root, is let through.
    """
    account = unprivileged_account()
    uid, gid = account.pw_uid, account.pw_gid
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        uid, gid = owner.st_uid, owner.st_gid
    # It must pass every folder above what it needs, and enter or execute that.
    passed = (part for path in needs for part in (path, *path.parents))
    is_let_through = not all(_permits(part, uid=uid, gid=gid) for part in passed)
    return Identity(uid, gid, pass_closed_folders=is_let_through)


def unprivileged_account() -> pwd.struct_passwd:
    """Return the account for a program that refuses to run as root."""
    for name in ("nobody", "daemon"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        if account.pw_uid != 0:
            return account
    raise OSError("this machine has neither an account 'nobody' nor 'daemon'")


def _permits(path: Path, *, uid: int, gid: int) -> bool:
    status = path.stat()
    bit = 0o001
    if status.st_uid == uid:
        bit = 0o100
    elif status.st_gid == gid:
        bit = 0o010
    return bool(status.st_mode & bit)

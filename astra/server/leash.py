"""Becomes another program, tied to its parent: when the parent dies, a signal ends the program.

Run as a script by ``astra.server.processes``, on the standard library alone so that it starts in
some 20 ms. It is not done in ``preexec_fn``, which may deadlock in a process that has threads.
"""

import argparse
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
# Capabilities survive the change of account, and access(2), which initdb relies on, heeds them.
PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP = 28, 4
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAPABILITY_VERSION_3 = 0x20080522
# Passes through closed folders and executes what only root may; containers grant it to root.
CAP_DAC_OVERRIDE = 1

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(number: int) -> None:
    """Have the kernel send signal ``number`` when the thread that started this process ends."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0))


def take_name(name: str) -> None:
    """Be shown under a name, of 15 characters, to whoever lists processes."""
    _check(_libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0))


def become(uid: int, gid: int, *, pass_closed_folders: bool) -> None:
    """Drop from root to an account; on request it may still pass folders closed to it."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    if pass_closed_folders:
        _check(_libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
    os.setresuid(uid, uid, uid)
    if pass_closed_folders:
        _keep(CAP_DAC_OVERRIDE)


def _keep(capability: int) -> None:
    """Keep one capability of root, and only it, beyond exec too."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << capability
    # effective, permitted, inheritable: of capabilities 0 to 31, then of 32 to 63.
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    _check(_libc.capset(header, sets))
    _check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _check(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def main() -> None:
    """Read the command line, tie this process to its parent and become the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("--account", metavar="UID:GID")
    parser.add_argument("--pass-closed-folders", action="store_true")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    program = [part for part in arguments.program[:1] if part != "--"] + arguments.program[1:]
    if arguments.account:
        uid, gid = map(int, arguments.account.split(":"))
        try:
            become(uid, gid, pass_closed_folders=arguments.pass_closed_folders)
        except OSError as error:
            sys.exit(
                f"root may not run {program[0]} as account {uid} here ({error}); start the service"
                " as another user, or where that account may enter every folder on the way"
            )
    # After the change of account, which would take the request back.
    die_with_parent(arguments.signal)
    if os.getppid() != arguments.parent:
        # The parent died before the kernel knew of the request.
        signal.raise_signal(signal.SIGKILL)
    os.execv(program[0], program)  # noqa: S606 - the point of this script


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"leash: {error}")

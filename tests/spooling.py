"""The files of calls that the processes of the tests write, each for a database of its own."""

from astra.journal import draining
from astra.journal.spool import _spool


def empty() -> None:
    """Remove the files that this process and others wrote for its database, drained or not."""
    if not _spool.cache_info().currsize:
        return
    files = _spool()
    files.close()
    draining._drained.pop(files, None)
    for name in files.sizes():
        (files._folder / name).unlink(missing_ok=True)

"""CPU and memory of a server: of its processes, by what they are for."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psutil

MIB = 1024 * 1024
_WATCH_SECONDS = 0.5
WEB, WORKER, POSTGRESQL = "web", "worker", "PostgreSQL"


def part_of_service(process: psutil.Process) -> str:
    """Return what a process of the service is for."""
    if process.name() == "postgres":
        return POSTGRESQL
    # The second is how revisions before this one start it.
    is_worker = process.name() == "astra-worker" or "advance_backups" in process.cmdline()
    return WORKER if is_worker else WEB


class Processes:
    """A process and all that it started."""

    def __init__(self, pid: int, part_of: Callable[[psutil.Process], str]) -> None:
        """Watch a process, with a function that says what each is for."""
        self._root = psutil.Process(pid)
        self._part_of = part_of

    def cpu_seconds(self) -> dict[str, float]:
        """Return the seconds of CPU used so far, user and system, by part.

        What ended is in the account of the process that waited for it.
        """
        return self._sums(lambda process: sum(process.cpu_times()[:4]))

    def memory_mib(self) -> dict[str, float]:
        """Return the memory by part, each shared page divided among those that share it (PSS)."""
        return self._sums(lambda process: process.memory_full_info().pss / MIB)

    def private_mib(self) -> dict[str, float]:
        """Return the memory by part that is neither shared nor a file's: what could leak.

        PostgreSQL's buffers, which fill up whatever is done, are no part of it.
        """
        return self._sums(lambda process: _private(process) / MIB)

    @contextmanager
    def watched(self) -> Iterator[dict[str, float]]:
        """Keep the most private memory by part up to date within the block."""
        most = self.private_mib()
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(_WATCH_SECONDS):
                most.update(
                    {
                        part: max(most.get(part, 0.0), mib)
                        for part, mib in self.private_mib().items()
                    }
                )

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            yield most
        finally:
            ended.set()
            watching.join()

    def pause(self) -> None:
        """Let them do nothing until `resume`."""
        for process in self._all():
            with suppress(psutil.Error):
                process.suspend()

    def resume(self) -> None:
        """Let them go on."""
        for process in self._all():
            with suppress(psutil.Error):
                process.resume()

    @staticmethod
    def difference(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
        """Return what was used between two readings of `cpu_seconds`."""
        return {part: max(0.0, used - before.get(part, 0.0)) for part, used in after.items()}

    def _sums(self, value_of: Callable[[psutil.Process], float]) -> dict[str, float]:
        sums: dict[str, float] = defaultdict(float)
        for process in self._all():
            with suppress(psutil.Error):
                sums[self._part_of(process)] += value_of(process)
        return dict(sums)

    def _all(self) -> Iterator[psutil.Process]:
        yield self._root
        yield from self._root.children(recursive=True)


def _private(process: psutil.Process) -> int:
    """Return the bytes that are private by both accounts.

    Pages that no other process has (USS) may be of a shared segment that only this one has come
    upon yet; pages of no file and no segment may still be those of a parent that forked.
    """
    memory = process.memory_full_info()
    return int(min(memory.uss, memory.rss - memory.shared))

"""Signs of life: rows that whoever lives, and can write to the database, writes again and again.

A lock that a session holds would say less: a pooler keeps sessions whose worker is gone, and a database
that only reads still has locks. All instants are those of the database's own clock.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error

from astra.api.statements import Statement
from astra.database.patience import within

BEAT_SECONDS = 2.0
_BELIEVED_SECONDS = 8.0
_WORKER = "worker "

# Written once a second, however many ask for it. A database that took over may have another clock.
_BEAT = Statement("""
    INSERT INTO engine_pulse AS pulse (name, at) VALUES (%(name)s, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET at = excluded.at
    WHERE pulse.at NOT BETWEEN excluded.at - interval '1 second' AND excluded.at
""")
_END = Statement("""
    DELETE FROM engine_pulse
    WHERE name = %(name)s OR at < clock_timestamp() - interval '1 hour'
""")
_IS_WORKER_ALIVE = Statement(f"""
    SELECT FROM engine_pulse
    WHERE name LIKE '{_WORKER}%' AND abs(extract(epoch FROM clock_timestamp() - at))
          < {_BELIEVED_SECONDS} LIMIT 1
""")


def beat(name: str) -> None:
    """Give a sign of life under a name. Raises Django's database errors where none can be written."""
    _BEAT.execute({"name": name})


def worker_is_alive() -> bool:
    """Tell whether any worker gave a sign of life lately."""
    return _IS_WORKER_ALIVE.fetch_one({}) is not None


@contextmanager
def alive_as_worker(name: str) -> Iterator[None]:
    """Within the block, a thread gives signs of life, however long the worker's own statements take."""
    full, over = f"{_WORKER}{name}", threading.Event()
    _try_to_beat(full)
    thread = threading.Thread(target=_beat_until, args=(full, over), name="pulse", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        with suppress(Error), within(BEAT_SECONDS):
            _END.execute({"name": full})


def _beat_until(name: str, over: threading.Event) -> None:
    while not over.wait(BEAT_SECONDS):
        _try_to_beat(name)


def _try_to_beat(name: str) -> None:
    # The worker itself says what it lacks.
    with suppress(Error), within(BEAT_SECONDS):
        beat(name)

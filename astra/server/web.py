"""A web server: the main process of it, which starts its workers by forking and starts them again."""

from collections.abc import Sequence
from logging import LogRecord
from typing import Any

from granian.cli import cli
from granian.log import LOGGING_CONFIG
from granian.server import mp

from astra.server.answering import answering


def _is_unintended(record: LogRecord) -> bool:
    # Its threads wait: that there are many costs little.
    return "Python threads, which seems quite high" not in record.getMessage()


def serve(options: Sequence[str]) -> None:
    """Serve until a signal says stop, with the options of granian. Raises ``SystemExit`` at the end.

    What answers requests is best loaded already: forked, the workers share that memory, and each is
    there at once, after an accident too.
    """
    # What the web server has to say is formatted like everything else.
    LOGGING_CONFIG["filters"] = {"unintended": {"()": lambda: _is_unintended}}
    LOGGING_CONFIG["loggers"] = {"_granian": {"filters": ["unintended"]}, "granian.access": {}}
    its_own: Any = mp
    assert callable(its_own._wsgi_call_wrap)
    its_own._wsgi_call_wrap = answering
    cli(list(options), "granian", auto_envvar_prefix="GRANIAN")

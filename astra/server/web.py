"""A web server: the main process of it, which starts its workers by forking and starts them again."""

from collections.abc import Sequence

from granian.cli import cli
from granian.log import LOGGING_CONFIG


def serve(options: Sequence[str]) -> None:
    """Serve until a signal says stop, with the options of granian. Raises ``SystemExit`` at the end.

    What answers requests is best loaded already: forked, the workers share that memory, and each is
    there at once, after an accident too.
    """
    # What the web server has to say is formatted like everything else.
    LOGGING_CONFIG["loggers"] = {"_granian": {}, "granian.access": {}}
    cli(list(options), "granian", auto_envvar_prefix="GRANIAN")

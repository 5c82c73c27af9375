"""The main process of a web server: ``python -m astra.server.web``, with the options of granian.

It loads the application before it starts its workers. Forked, they share that memory, and each is
there at once, after an accident too.
"""

from granian.cli import entrypoint
from granian.log import LOGGING_CONFIG

from astra.server.loading import load

if __name__ == "__main__":
    load(urls=True)
    # What the web server has to say is formatted like everything else.
    LOGGING_CONFIG |= {"loggers": {"_granian": {}, "granian.access": {}}}
    entrypoint()  # type: ignore[no-untyped-call]

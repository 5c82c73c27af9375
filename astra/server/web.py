"""The main process of a web server: ``python -m astra.server.web``, with the options of granian.

It loads the application before it starts its workers. Forked, they share that memory, and each is
there at once, after an accident too.
"""

from granian.cli import entrypoint

from astra.server.loading import load

if __name__ == "__main__":
    load(urls=True)
    entrypoint()  # type: ignore[no-untyped-call]

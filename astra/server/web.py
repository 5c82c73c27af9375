"""The main process of a web server: ``python -m astra.server.web``, with the options of granian.

It loads the application before it starts its workers. Forked, they share that memory, and each is
there at once, after an accident too.
"""

import gc
import os
from importlib import import_module

import django
from django.conf import settings
from granian.cli import entrypoint


def load() -> None:
    """Import all that answers requests; no connection to the database is opened."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astra.settings")
    # Nothing that is imported is garbage; looked through in a worker, it would be copied there.
    gc.disable()
    django.setup()
    import_module(settings.ROOT_URLCONF)
    gc.freeze()
    gc.enable()


if __name__ == "__main__":
    load()
    entrypoint()  # type: ignore[no-untyped-call]

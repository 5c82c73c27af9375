"""Loads what a process of the service runs, without looking for garbage on the way."""

import gc
import os
from importlib import import_module

import django
from django.conf import settings


def load(*, urls: bool = False) -> None:
    """Set Django up; with ``urls``, import all that answers requests too.

    No connection to the database is opened.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astra.settings")
    # Nothing that is imported is garbage, and looking for it took a fifth of the time. Looked
    # through after a fork, it would be copied there.
    gc.disable()
    django.setup()
    if urls:
        import_module(settings.ROOT_URLCONF)
    gc.freeze()
    gc.enable()

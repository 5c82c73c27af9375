"""Loads what a process of the service runs, without looking for garbage on the way."""

import gc
import os
from importlib import import_module
from typing import Any

import django
from django.conf import settings
from django.core import signals
from django.core.cache import close_caches
from django.core.handlers.base import reset_urlconf
from django.db import close_old_connections, reset_queries

from astra.api.statements import release

# As many objects are made before garbage is looked for: a request leaves hardly any.
_LOOKED_AFTER = 10_000


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
    gc.set_threshold(_LOOKED_AFTER)
    gc.enable()


def release_when_finished() -> None:
    """At the end of a request, give its session back, and do nothing else: ours is all it may have.

    Django looks at every connection and cache when a request begins, and again when it ends, and forgets
    the URLs of the request, of which all have the same.
    """
    for at, what in (
        (signals.request_started, reset_queries),
        (signals.request_started, close_old_connections),
        (signals.request_finished, close_old_connections),
        (signals.request_finished, close_caches),
        (signals.request_finished, reset_urlconf),
    ):
        at.disconnect(what)
    signals.request_finished.connect(_release)


def _release(**of_signal: Any) -> None:
    release()

"""The WSGI application that the web server loads."""

import multiprocessing
import os
import signal

from django.core.wsgi import get_wsgi_application

from astra.api.requests import TolerantRequest
from astra.server.leash import die_with_parent
from astra.server.loading import release_when_finished
from astra.server.refusing import refuse_what_waits


def _die_with_web_server() -> None:
    """Tie a worker of the web server to its main process.

    Killed hard, that process leaves its workers behind, and they would share the port with those of
    the next start.
    """
    main = multiprocessing.parent_process()
    if main is None:
        return
    die_with_parent(signal.SIGKILL)
    if os.getppid() != main.pid:
        # It died before the kernel knew of the request.
        signal.raise_signal(signal.SIGKILL)
    refuse_what_waits()


_die_with_web_server()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astra.settings")

application = get_wsgi_application()
release_when_finished()
application.request_class = TolerantRequest

"""A line on the console for each call: what people see who run the service by hand."""

import sys
from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from astra.api.clock import monotonic_seconds, real_now
from astra.api.waits import began
from astra.server.measuring import operation_of

# Asked again and again, by what watches the service.
_PROBES = {f"/simulator/v1/{name}" for name in ("health", "ready", "metrics")}


class RequestLines:
    """Middleware around all others; it is there only where lines are wanted.

    Pages have none: the first one of the admin site asks every second.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if operation_of(request) == "page" or request.path_info in _PROBES:
            return response
        number, _ = getattr(request, "_refusal", (None, None))
        line = (
            f"{real_now().astimezone():%H:%M:%S} {request.method} {request.get_full_path()}"
            f" {response.status_code}{'' if number is None else f' (problem {number})'}"
            f" {(monotonic_seconds() - began(request)[1]) * 1000:.1f} ms\n"
        )
        # One write, so that those of several processes do not mix. A terminal that is gone is no reason
        # to refuse a call.
        with suppress(OSError, ValueError):
            sys.stdout.write(line)
            sys.stdout.flush()
        return response

"""What holds for every answer of the service: marker header, tolerant paths, and the journal."""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

import astra
from astra.api import ports
from astra.api.handler import problem_response
from astra.api.pages import ACCOUNTS_PREFIX, is_api_call
from astra.api.problems import URI_TOO_LONG, ApiProblem
from astra.api.waits import began

HEADER = "X-Astra-Simulator"
MAX_URI_LENGTH = 16 * 1024
_SLASHES = re.compile("/{2,}")
_PREFIXES = (ACCOUNTS_PREFIX, "/simulator")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SimulatorMiddleware:
    """Mark the answer; let doubled and trailing slashes of an API path reach the same resource.

    A call of the simulated API is written down when its answer is final.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started_at, _ = began(request)
        request.path_info = tidy(request.path_info)
        length = len(request.path_info) + len(request.META.get("QUERY_STRING", ""))
        if is_api_call(request) and length > MAX_URI_LENGTH:
            response: HttpResponseBase = problem_response(request, ApiProblem(URI_TOO_LONG))
        else:
            response = self.get_response(request)
        response[HEADER] = astra.__version__
        if request.path_info.startswith(ACCOUNTS_PREFIX):
            ports.record(request, response, started_at)
        return response


def tidy(path: str) -> str:
    """Return the path without doubled and trailing slashes, if it is one of the API."""
    shorter = _SLASHES.sub("/", path)
    return shorter.rstrip("/") if shorter.startswith(_PREFIXES) else path

"""What holds for every answer of the service: its marker header, and tolerant paths on the API."""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

import astra
from astra.api.handler import problem_response
from astra.api.pages import is_api_call
from astra.api.problems import URI_TOO_LONG, ApiProblem

HEADER = "X-Astra-Simulator"
MAX_URI_LENGTH = 16 * 1024
_SLASHES = re.compile("/{2,}")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class SimulatorMiddleware:
    """Mark the answer; let doubled and trailing slashes of an API path reach the same resource."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.path_info = self._tidy(request.path_info)
        if is_api_call(request) and self._is_too_long(request):
            response: HttpResponseBase = problem_response(request, ApiProblem(URI_TOO_LONG))
        else:
            response = self.get_response(request)
        response[HEADER] = astra.__version__
        return response

    def _tidy(self, path: str) -> str:
        tidy = _SLASHES.sub("/", path)
        if tidy.startswith(("/accounts", "/simulator")) and len(tidy) > 1:
            return tidy.rstrip("/")
        return path

    def _is_too_long(self, request: HttpRequest) -> bool:
        return len(request.path_info) + len(request.META.get("QUERY_STRING", "")) > MAX_URI_LENGTH

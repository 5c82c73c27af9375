"""Calls from pages of other origins, where `ASTRA_CORS_ORIGINS` names any: CORS, as browsers have it."""

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

import astra
from astra.api.middleware import HEADER


class CrossOrigin(CorsMiddleware):
    """Answer preflights, whoever asks, and tell the browser which answers a page may read.

    It stands before what the journal is written by: a preflight is no call.
    """

    def check_preflight(self, request: HttpRequest) -> HttpResponseBase | None:
        """Return the answer to a preflight, marked as every answer is; None for a call."""
        answer = super().check_preflight(request)
        if answer is not None:
            answer[HEADER] = astra.__version__
        return answer

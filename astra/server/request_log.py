"""A log line for each request, where logs are JSON: the middleware is there only then."""

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bound_contextvars

from astra.api.clock import monotonic_seconds
from astra.api.pages import ACCOUNTS_PREFIX
from astra.api.waits import began
from astra.server.measuring import operation_of

logger = logging.getLogger("astra.requests")


class RequestLog:
    """Middleware around all others.

    Whatever is logged while a request is under way has its account, and an id that its lines share.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with bound_contextvars(
            **_known(request_id=secrets.token_hex(8), account=_account_in(request))
        ):
            response = self.get_response(request)
            problem, correlation_id = getattr(request, "_refusal", (None, None))
            members = _known(
                method=request.method,
                path=request.path,
                operation=operation_of(request),
                status=response.status_code,
                duration_milliseconds=round((monotonic_seconds() - began(request)[1]) * 1000, 3),
                problem=problem,
                correlation_id=correlation_id and str(correlation_id),
            )
            logger.info("request", extra=members)
        return response


def _known(**members: object) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


def _account_in(request: HttpRequest) -> str | None:
    """Return the account that the path names, as it names it."""
    path = request.path_info
    return path.split("/", 3)[2][:36] if path.startswith(f"{ACCOUNTS_PREFIX}/") else None

"""The one place where a refusal becomes a response.

Whatever is raised below a view ends here: an ``ApiProblem`` is written as it is, Django's and DRF's
own exceptions are translated, a lost database is 503, and everything else is the operation's own
500 problem, logged and without a trace on the wire.
"""

import logging
import sys
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from rest_framework import exceptions

from astra.api import problems
from astra.api.dice import RANDOM_DICE, Dice
from astra.api.media import write_json
from astra.api.ports import Answered
from astra.api.problems import RETRY_AFTER_SECONDS, ApiProblem, ProblemType
from astra.api.requests import Overdue
from astra.database.sessions import Late, MadeAnew, Sessions

logger = logging.getLogger(__name__)

_FOREIGN_KEY_VIOLATION = "23503"
# What Django's and DRF's own exceptions stand for.
_OF_DJANGO: dict[type[Exception], ProblemType] = {
    Http404: problems.COLLECTION_NOT_FOUND,
    exceptions.MethodNotAllowed: problems.METHOD_NOT_ALLOWED,
    PermissionDenied: problems.NOT_PERMITTED,
    exceptions.PermissionDenied: problems.NOT_PERMITTED,
    RequestDataTooBig: problems.BODY_TOO_LARGE,
    UnreadablePostError: problems.REQUEST_TIMEOUT,
    Overdue: problems.REQUEST_TIMEOUT,
    exceptions.ParseError: problems.INVALID_JSON,
}
# SQLSTATE classes and codes that mean 'the server or the session is gone', not 'the statement failed'.
_CONNECTION_STATES = ("08", "57P", "53300")
# Those that pass, or that an administrator mends: a deadlock, no lock or no answer in time, no space on
# the disk, no memory, a disk that fails, a server that only reads, a transaction that took too long.
_PASSING_STATES = ("40001", "40P01", "55P03", "57014", "53", "58030", "25006", "25P03", "25P04")


def handle(error: Exception, context: dict[str, Any]) -> HttpResponseBase:
    """DRF's exception handler: return the problem document for any exception but ``Answered``."""
    if isinstance(error, Answered):
        return error.answer
    view, request = context["view"], context["request"]
    # Kept with the request: nothing was carried out, and all of it can be done again.
    request._met_other_tables = isinstance(error.__cause__, MadeAnew)
    fallback = getattr(view, "failures", {}).get(request.method, problems.INTERNAL_ERROR)
    return problem_response(request, translate(error, fallback))


def translate(error: BaseException, fallback: ProblemType = problems.INTERNAL_ERROR) -> ApiProblem:
    """Return the problem that an exception stands for; ``fallback`` is the operation's 500."""
    if problem := _known(error):
        return problem
    logger.error("unexpected failure", exc_info=error)
    return ApiProblem(fallback)


def _known(error: BaseException) -> ApiProblem | None:
    if isinstance(error, ApiProblem):
        return error
    for kind, problem in _OF_DJANGO.items():
        if isinstance(error, kind):
            return ApiProblem(problem)
    if isinstance(error, DatabaseError | InterfaceError) and _is_unavailable(error):
        headers = {"Retry-After": RETRY_AFTER_SECONDS}
        return ApiProblem(problems.SERVICE_UNAVAILABLE, headers=headers)
    if isinstance(error, IntegrityError) and (gone := _gone_meanwhile(error)):
        return ApiProblem(gone)
    return None


def _is_unavailable(error: Exception) -> bool:
    """Tell whether the same call may succeed later; a lost database leaves no session behind."""
    if isinstance(error.__cause__, Late):
        logger.warning("a call took too long: %s", error)
        return True
    if is_connection_loss(error):
        logger.warning("the database is out of reach: %s", error)
        _drop_sessions()
        return True
    if (getattr(error.__cause__, "sqlstate", None) or "").startswith(_PASSING_STATES):
        logger.warning("the database cannot do it now: %s", error)
        return True
    return False


def _gone_meanwhile(error: IntegrityError) -> ProblemType | None:
    """Return the problem of a row whose parent was deleted while the request was under way.

    The account itself: as if it had been gone when the request came. None for anything else.
    """
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) != _FOREIGN_KEY_VIOLATION:
        return None
    detail = getattr(getattr(cause, "diag", None), "message_detail", None) or ""
    if "is not present in table" not in detail:
        return None
    is_account = detail.startswith("Key (account_id)")
    return problems.NOT_PERMITTED if is_account else problems.COLLECTION_NOT_FOUND


def is_connection_loss(error: Exception) -> bool:
    """Tell whether the error says that the database server cannot be reached."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(_CONNECTION_STATES)


def _drop_sessions() -> None:
    # Each idle session that died with the server, and nobody told, would fail one more request.
    connection.close()
    pool: Sessions | None = connection.pool  # type: ignore[attr-defined]
    if pool is not None:
        pool.check()


def problem_response(request: Any, problem: ApiProblem) -> HttpResponse:
    """Write a problem document with a fresh correlation id."""
    correlation_id = _correlation_id(request)
    # Kept with the request, for whoever records what happened to it.
    request._refusal = (problem.type.number, correlation_id)
    response = HttpResponse(
        write_json(problem.as_json(str(correlation_id))),
        status=problem.type.status,
        content_type=problems.MEDIA_TYPE,
    )
    for name, value in problem.headers.items():
        response[name] = value
    if problem.type.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _correlation_id(request: Any) -> uuid.UUID:
    dice: Dice = getattr(getattr(request, "_caller", None), "dice", RANDOM_DICE)
    try:
        return dice.new_id()
    except (DatabaseError, InterfaceError):
        # An account may count its draws in the database, which may be what failed.
        return RANDOM_DICE.new_id()


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404: an unknown route is problem 2."""
    return problem_response(request, ApiProblem(problems.COLLECTION_NOT_FOUND))


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, for what fails in a page, or outside a view."""
    known = _known(error) if (error := sys.exception()) else None
    response = problem_response(request, known or ApiProblem(problems.INTERNAL_ERROR))
    # Django has a traceback for every 500, this one included; what is known is worth a line at most.
    response._has_been_logged = known is not None  # type: ignore[attr-defined]
    return response

"""What Django and DRF raise by themselves is written as a problem of the API too."""

from typing import Any

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
)
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions

from astra.api import handler
from astra.api.problems import CATALOGUE, NOT_PERMITTED, RETRY_AFTER_SECONDS, ApiProblem, Invalid


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ApiProblem(NOT_PERMITTED), 11),
        (Http404(), 2),
        (exceptions.MethodNotAllowed("PATCH"), 69),
        (PermissionDenied(), 11),
        (exceptions.PermissionDenied(), 11),
        (RequestDataTooBig(), 85),
        (exceptions.ParseError(), 7),
        (DataError("secret"), 94),
        (IntegrityError("secret"), 94),
        (ZeroDivisionError(), 94),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_exception_stands_for_a_problem(error: Exception, expected: int) -> None:
    assert handler.translate(error, CATALOGUE[94]).type.number == expected


def _caused(error: Exception, sqlstate: str | None) -> Exception:
    cause: Any = RuntimeError()
    cause.sqlstate = sqlstate
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (_caused(OperationalError(), "57P01"), True),
        (_caused(OperationalError(), "57P03"), True),
        (_caused(OperationalError(), "08006"), True),
        (_caused(OperationalError(), "53300"), True),
        (_caused(OperationalError(), None), True),
        (_caused(OperationalError(), "40P01"), False),
        (_caused(OperationalError(), "53100"), False),
        (InterfaceError("connection already closed"), True),
        (_caused(DataError(), "57P01"), False),
        (RuntimeError(), False),
    ],
)
def test_a_lost_server_is_told_from_a_failed_statement(error: Exception, lost: bool) -> None:
    assert handler.is_connection_loss(error) == lost


PASSING = (
    *("08000", "08006", "25006", "25P03", "25P04", "40001", "40P01", "53000", "53100", "53200"),
    *("53300", "53400", "55P03", "57014", "57P01", "57P02", "57P03", "57P04", "57P05", "58030"),
)


@pytest.mark.parametrize("sqlstate", PASSING)
def test_what_passes_by_itself_may_be_tried_again(sqlstate: str) -> None:
    problem = handler.translate(_raised(sqlstate))
    assert (problem.type.number, problem.headers) == (24, {"Retry-After": RETRY_AFTER_SECONDS})


@pytest.mark.parametrize("sqlstate", ["22P02", "23505", "25P02", "42601", "XX000"])
def test_what_does_not_pass_is_a_failure(sqlstate: str) -> None:
    assert handler.translate(_raised(sqlstate)).type.status == 500


def _raised(sqlstate: str) -> Exception:
    """What Django makes of psycopg's error for a SQLSTATE."""
    with pytest.raises(DatabaseError) as raised, connection.wrap_database_errors:
        raise psycopg.errors.lookup(sqlstate)
    return raised.value


def test_what_fails_outside_of_a_view_is_a_problem_document() -> None:
    request = RequestFactory().get("/accounts")
    for answer, status in ((handler.server_error(request), 500), (handler.not_found(request), 404)):
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/problem+json"


def test_a_problem_tells_its_reasons_where_it_is_logged() -> None:
    problem = ApiProblem(
        NOT_PERMITTED, fields=[Invalid("a", "One.")], params=[Invalid("b", "Two.")]
    )
    assert str(problem) == "11 Operation not permitted (a: One.; b: Two.)"
    assert str(ApiProblem(NOT_PERMITTED)) == "11 Operation not permitted"

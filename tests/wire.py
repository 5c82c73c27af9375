"""What holds for every answer of the API, checked on each that the test client gets."""

import hashlib
import json
import re
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from django.http import HttpResponse
from django.http.response import HttpResponseBase

import astra
from tests import reference
from tests.openapi import own

IDENTIFIER = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


class Received(HttpResponse):
    """What the test client returns: an answer with all of its body, and what made it."""

    was_streamed: bool
    # What the template of a page was given.
    context: Any

    def json(self) -> Any:
        return json.loads(self.content)


def whole(response: HttpResponseBase) -> Received:
    """Return the answer with all of its body; ``was_streamed`` tells how it came."""
    if not response.streaming:
        received = cast(Received, response)
        received.was_streamed = False
        return received
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    complete = Received(body, status=response.status_code, headers=response.headers)
    complete.was_streamed = True
    return complete


def check(method: str, url: str, response: Received) -> None:
    """Assert what every answer has in common, and that both documents allow it."""
    path, query = urlsplit(url)[2:4]
    assert response["X-Astra-Simulator"] == astra.__version__
    assert b"Traceback" not in response.content
    if response.status_code >= 400:
        _check_refusal(method, response)
    elif response.status_code == 204:
        assert response.content == b""
    elif path.startswith("/accounts"):
        _check_document(method, response)
    answer = reference.Answer(
        method=method,
        path=unquote(path),
        query=query,
        status=response.status_code,
        content_type=response.get("Content-Type", ""),
        body=response.content,
    )
    judge = reference.load()
    if judge is not None:
        assert judge.complaints(answer) == []
    if path.startswith("/accounts"):
        assert own.load().complaints(answer) == []


def _check_refusal(method: str, response: HttpResponse) -> None:
    assert response["Content-Type"] == "application/problem+json"
    if method == "HEAD":
        return
    problem = json.loads(response.content)
    assert set(problem) >= {"type", "title", "detail", "status", "correlationID"}
    assert problem["status"] == str(response.status_code)
    assert IDENTIFIER.fullmatch(problem["correlationID"])
    assert [] not in (problem.get("invalidFields"), problem.get("invalidParams"))


def _check_document(method: str, response: Received) -> None:
    assert response["Vary"] == "Accept"
    if response.was_streamed:
        assert "ETag" not in response
    elif method != "HEAD":
        digest = hashlib.md5(response.content, usedforsecurity=False).hexdigest()
        assert response["ETag"] == f'"{digest}"'

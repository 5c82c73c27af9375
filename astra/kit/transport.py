"""Calls of the control surface over HTTP, on connections that are kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import urllib3

from .errors import ProblemError, UnreachableError
from .reading import Value

PREFIX = "/simulator/v1"
TIMEOUT_SECONDS = 30.0
# What the answer to a call that waits may take beyond its wait.
_MARGIN_SECONDS = 10.0
_JSON = "application/json"

V = TypeVar("V", bound=Value)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no refusal."""

    status: int
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.data)

    def text(self) -> str:
        """Return the body as text."""
        return self.data.decode()


class Transport:
    """One service: its address and the token of its control surface. May be shared by threads."""

    def __init__(
        self, base_url: str, token: str | None, *, ca_file: str | None, timeout_seconds: float
    ) -> None:
        """Keep the address; nothing is sent before `call`."""
        self.base_url = base_url.rstrip("/")
        self._headers = {"Accept": _JSON} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._timeout_seconds = timeout_seconds
        self._pool = urllib3.PoolManager(ca_certs=ca_file, retries=False, maxsize=4)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        content_type: str = _JSON,
        wait_seconds: float = 0.0,
        accepts: tuple[int, ...] = (),
    ) -> Answer:
        """Send a call; ``path`` begins behind ``/simulator/v1``.

        A body that is no text is sent as JSON. ``wait_seconds`` is how long the service itself may
        wait before it answers. Raises `ProblemError` for an answer from 400 on, unless its status is
        in ``accepts``, and `UnreachableError` when there is none.
        """
        url = f"{self.base_url}{PREFIX}/{path}"
        if query and (sent := given(query)):
            url += "?" + urlencode(sent)
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = content_type
            body = body if isinstance(body, str | bytes) else json.dumps(body)
        timeout = max(self._timeout_seconds, wait_seconds + _MARGIN_SECONDS)
        try:
            response = self._pool.request(method, url, body=body, headers=headers, timeout=timeout)
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(f"{self.base_url} does not answer: {_reason(error)}") from error
        if response.status >= 400 and response.status not in accepts:
            raise ProblemError(response.status, document_of(response.data))
        return Answer(response.status, response.data, response.headers)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pool.clear()


class Paths:
    """The paths of a service that begin with some steps, such as those of an account's journal."""

    def __init__(self, transport: Transport, *steps: str) -> None:
        """Keep where they begin."""
        self._transport = transport
        self._steps = steps

    def call(self, method: str, *steps: str, **options: Any) -> Answer:
        """Send a call to the path that goes on with ``steps``; ``options`` as `Transport.call`."""
        path = "/".join(quote(step, safe="") for step in (*self._steps, *steps))
        return self._transport.call(method, path, **options)

    def read(self, kind: type[V], method: str, *steps: str, **options: Any) -> V:
        """Send a call and return what its answer says."""
        return kind.from_json(self.call(method, *steps, **options).json())

    def items(self, kind: type[V], method: str = "GET", *steps: str, **body: Any) -> tuple[V, ...]:
        """Send a call and return the items of the list that it is answered with."""
        listed = self.call(method, *steps, **body).json()["items"]
        return tuple(kind.from_json(item) for item in listed)


def given(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def document_of(data: bytes) -> Mapping[str, Any]:
    """Return the JSON object that a body has, an empty one where it has none."""
    try:
        document = json.loads(data)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _reason(error: BaseException) -> str:
    """Return the innermost reason, in the system's words where there are any."""
    while isinstance(inner := error.__cause__ or error.__context__, BaseException):
        error = inner
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__

"""The control surface below `/simulator/v1`: who may use it, and how it refuses.

It is not part of the simulated API: a token of its own opens it, for every account at once. That is
`ASTRA_CONTROL_TOKEN`, or one made at first start and kept in the data folder, in `control_token`.
"""

import secrets
import tempfile
import uuid
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import View

from astra.api import media, problems
from astra.api.handler import problem_response, translate
from astra.api.options import Options
from astra.api.patterns import parse_identifier
from astra.api.problems import ApiProblem, ProblemType

FILE_NAME = "control_token"


class ControlView(View):
    """A path of the control surface. Subclasses write `get`, `post`, `put`, `delete`.

    Whatever they raise is answered as a problem, like on the simulated API.
    """

    http_method_names = ["get", "head", "post", "put", "delete"]
    # The largest body, where it is not that of the API.
    max_body_bytes: ClassVar[int | None] = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request, or refuse it: 404 when switched off, 413, 401, 405."""
        try:
            check_control(request, max_body_bytes=self.max_body_bytes)
            return super().dispatch(request, *args, **kwargs)
        except Exception as error:
            return problem_response(request, translate(error))

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Refuse with problem 69 and `Allow`."""
        allow = ", ".join(name.upper() for name in self.http_method_names if hasattr(self, name))
        raise ApiProblem(problems.METHOD_NOT_ALLOWED, headers={"Allow": allow})


def check_control(request: HttpRequest, *, max_body_bytes: int | None = None) -> None:
    """Raise problem 2 when the surface is off, 85 for a large body, 3 or 4 without its token."""
    if not settings.ASTRA.control:
        raise ApiProblem(problems.COLLECTION_NOT_FOUND)
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = max_body_bytes or settings.ASTRA.max_body_bytes
    if not length.isdecimal() or int(length) > most:
        raise ApiProblem(problems.BODY_TOO_LARGE)
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise ApiProblem(problems.MISSING_TOKEN)
    # Compared in constant time, and as bytes, because a header may hold anything.
    if not secrets.compare_digest(token.encode(), control_token(settings.ASTRA).encode()):
        raise ApiProblem(problems.INVALID_TOKEN)


def read_body(request: HttpRequest) -> Any:
    """Return the parsed body, an empty object where there is none. Raises problem 7 or 85."""
    if request.META.get("CONTENT_LENGTH") in (None, "", "0") and not request.META.get(
        "HTTP_TRANSFER_ENCODING"
    ):
        return {}
    return media.read_json(request, max_bytes=settings.ASTRA.max_body_bytes)


def identifier(text: str, missing: ProblemType = problems.COLLECTION_NOT_FOUND) -> uuid.UUID:
    """Return the id that a path names; raises the problem ``missing`` for what is none."""
    found = parse_identifier(text)
    if found is None:
        raise ApiProblem(missing)
    return found


def control_token(options: Options) -> str:
    """Return the token of the control surface; make and keep one when there is none yet."""
    if options.control_token:
        return options.control_token
    path = options.data_dir / FILE_NAME
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        _keep(path, secrets.token_urlsafe(32))
    return path.read_text().strip()


def _keep(path: Path, secret: str) -> None:
    """Write a file that only its owner reads; a reader sees none of it or all of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A temporary file is closed to others from the start.
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as draft:
        draft.write(f"{secret}\n")
    # Should two processes make one at once, the last stays, and both read that.
    Path(draft.name).replace(path)

"""What is read of a request before anything else, and Django's own class made tolerant."""

from collections.abc import Mapping
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

from astra.api.problems import BODY_TOO_LARGE, MISSING_TOKEN, ApiProblem


class TolerantRequest(WSGIRequest):
    """A request whose Content-Type may be nonsense: a body is JSON whatever it says.

    Django would fail before anything could write a problem document.
    """

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            self.content_type, self.content_params = "", {}


def check_size(request: HttpRequest, *, max_bytes: int) -> None:
    """Raise problem 85 for a body that is announced as larger."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > max_bytes:
        raise ApiProblem(BODY_TOO_LARGE)


def bearer_token(request: HttpRequest) -> str:
    """Return the token of `Authorization: Bearer …`, the scheme in any case. Raises problem 3."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise ApiProblem(MISSING_TOKEN)
    return str(token)

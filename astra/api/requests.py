"""What is read of a request before anything else, and Django's own class made tolerant."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

from astra.api.problems import BODY_TOO_LARGE, MISSING_TOKEN, ApiProblem

_LONGEST_CONTENT_TYPE = 255
# No body has more bytes than a number of so many digits says.
_MOST_DIGITS = 18
# A cookie as the service writes its own (RFC 6265, 4.1.1): nothing in it is quoted.
_COOKIE = re.compile(r"(?<![^;])\s*+([^=;\s]++)=([!#-+\--:<-\[\]-~]*+)\s*+(?=;|$)")


class Overdue(TimeoutError):
    """A body did not come in time."""


class TolerantRequest(WSGIRequest):
    """A request whose Content-Type and Cookie may be nonsense: a body is JSON whatever it says.

    Django would fail before anything could write a problem document.
    """

    @cached_property
    def COOKIES(self) -> dict[str, str]:  # type: ignore[override]  # noqa: N802
        """The cookies by name, without those that somebody else quoted.

        Python takes the square of a cookie's length to unquote it, and may find any character.
        """
        return dict(_COOKIE.findall(self.META.get("HTTP_COOKIE", "")))

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        if len(meta.get("CONTENT_TYPE", "")) > _LONGEST_CONTENT_TYPE:
            # Parsing the parameters of one takes the square of its length.
            meta = {}
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            self.content_type, self.content_params = "", {}


def check_size(request: HttpRequest, *, max_bytes: int) -> None:
    """Raise problem 85 for a body that is announced as larger."""
    if is_too_large(request, max_bytes=max_bytes):
        raise ApiProblem(BODY_TOO_LARGE)


def is_too_large(request: HttpRequest, *, max_bytes: int) -> bool:
    """Tell whether a body is announced as larger, or by what is no number."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdecimal() or len(length) > _MOST_DIGITS or int(length) > max_bytes


def has_body(request: HttpRequest) -> bool:
    """Tell whether a body is announced."""
    length = request.META.get("CONTENT_LENGTH")
    return length not in (None, "", "0") or bool(request.META.get("HTTP_TRANSFER_ENCODING"))


def bearer_token(request: HttpRequest) -> str:
    """Return the token of `Authorization: Bearer …`, the scheme in any case. Raises problem 3."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise ApiProblem(MISSING_TOKEN)
    return str(token)

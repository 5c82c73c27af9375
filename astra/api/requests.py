"""The request as Django hands it on, made tolerant of headers that the API never reads."""

from collections.abc import Mapping
from typing import Any

from django.core.handlers.wsgi import WSGIRequest


class TolerantRequest(WSGIRequest):
    """A request whose Content-Type may be nonsense: a body is JSON whatever it says.

    Django would fail before anything could write a problem document.
    """

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            self.content_type, self.content_params = "", {}

"""The control surface below `/simulator/v1`: who may use it, and how it refuses.

It is not part of the simulated API: a token of its own opens it, for every account at once. That is
`ASTRA_CONTROL_TOKEN`, or one made at first start and kept in the data folder, in `control_token`.
"""

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views import View

from astra.api import media, problems
from astra.api.files import kept_private
from astra.api.handler import problem_response, translate
from astra.api.options import Options
from astra.api.problems import ApiProblem, Refusal
from astra.api.requests import bearer_token, check_size, has_body
from astra.api.serializers import ClosedSerializer
from astra.api.turns import turn_of_control, turns_of_reads
from astra.api.views import READS, method_not_allowed
from astra.database.patience import locks_within, within

FILE_NAME = "control_token"


class ControlOffError(Refusal):
    """The service was started without its control surface."""

    def __init__(self) -> None:
        super().__init__(
            "The control surface is switched off; it is there when the service is started without "
            "ASTRA_CONTROL, or with ASTRA_CONTROL=on."
        )


class ControlView(View):
    """A path of the control surface. Subclasses write `get`, `post`, `put`, `delete`.

    They return a document, an answer, or nothing for 204; whatever they raise is answered as a
    problem, like on the simulated API.
    """

    http_method_names = ["get", "head", "post", "put", "delete"]
    # The largest body, where it is not that of the API.
    max_body_bytes: ClassVar[int | None] = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request, or refuse it: 404 when switched off, 413, 401, 405.

        What only looks waits for the database as long as a call of the API may, then it is 503. What
        writes may work for as long as it takes, but waits for a turn, or for a lock, so long and no
        longer.
        """
        try:
            check_control(request, max_body_bytes=self.max_body_bytes)
            if request.method in READS:
                with within(settings.ASTRA.call_seconds):
                    answer = self.answer(request, *args, **kwargs)
            else:
                if has_body(request):
                    # While its sender lets us wait, others may have their turns.
                    most = self.max_body_bytes or settings.ASTRA.max_body_bytes
                    media.read_body(request, max_bytes=most)
                with turn_of_control(kwargs.get("account_id", "")), _locks_in_time():
                    answer = self.answer(request, *args, **kwargs)
        except Exception as error:
            return problem_response(request, translate(error))
        if answer is None:
            return HttpResponse(status=204)
        if isinstance(answer, StreamingHttpResponse):
            answer.streaming_content = _in_turns(iter(answer), kwargs.get("account_id", ""))
        return answer if isinstance(answer, HttpResponseBase) else self.found(answer)

    def answer(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().dispatch(request, *args, **kwargs)

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        raise method_not_allowed(self)

    def found(self, document: Any, *, status: int = 200) -> HttpResponse:
        return media.json_response(document, status=status, tag=False)

    def parse(
        self,
        serializer: type[ClosedSerializer],
        *,
        may_be_absent: bool = False,
        max_depth: int | None = media.MAX_DEPTH,
    ) -> dict[str, Any]:
        """Return the members of the JSON body, validated. Raises problem 7, 8, 9 or 85.

        ``may_be_absent``: no body is an empty object. ``max_depth`` as in ``read_json``.
        """
        if may_be_absent and not has_body(self.request):
            return serializer.parse({})
        most = settings.ASTRA.max_body_bytes
        return serializer.parse(media.read_json(self.request, max_bytes=most, max_depth=max_depth))


def _locks_in_time() -> AbstractContextManager[None]:
    # What is set in a session, a pooler would hand on to anybody.
    if not settings.ASTRA.prepare_statements:
        return nullcontext()
    return locks_within(settings.ASTRA.control_seconds)


def _in_turns(pieces: Iterator[bytes], account_id: str) -> Iterator[bytes]:
    """Yield the pieces of a stream, each made in a turn of the account's reads."""

    def made() -> bytes | None:
        with turns_of_reads().turn(account_id):
            return next(pieces, None)

    yield from iter(made, None)


def check_control(request: HttpRequest, *, max_body_bytes: int | None = None) -> None:
    """Raise problem 2 when the surface is off, 85 for a large body, 3 or 4 without its token."""
    if not settings.ASTRA.control:
        raise ControlOffError
    check_size(request, max_bytes=max_body_bytes or settings.ASTRA.max_body_bytes)
    token = bearer_token(request)
    # Compared in constant time, and as bytes, because a header may hold anything.
    if not secrets.compare_digest(token.encode(), control_token(settings.ASTRA).encode()):
        raise ApiProblem(problems.INVALID_TOKEN)


def control_token(options: Options) -> str:
    """Return the token of the control surface; make and keep one when there is none yet."""
    if options.control_token:
        return options.control_token
    return kept_private(options.data_dir / FILE_NAME, lambda: secrets.token_urlsafe(32))

"""The base of every API view: who calls, role, query, media type, in the pinned order of refusals.

A view of a resource parses, calls one action and renders; what all share is here. Source of the
order: `docs/architecture.md`, 'Order of refusals'.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import View
from rest_framework.views import APIView

from astra.api import media, ports, problems, waits
from astra.api.patterns import parse_identifier
from astra.api.problems import RETRY_AFTER_SECONDS, ApiProblem, Invalid, ProblemType
from astra.api.query import Query, parse_query
from astra.api.requests import check_size, has_body
from astra.api.resources import ResourceKind
from astra.api.serializers import ClosedSerializer
from astra.api.turns import turns_of_reads, turns_of_writes
from astra.database.patience import within

READS = ("GET", "HEAD")


class ApiView(APIView):
    """A path of the API. Subclasses name the resource and write `get`, `post`, `put`, `delete`."""

    kind: ClassVar[ResourceKind]
    # The operation's 500 problem, by method.
    failures: ClassVar[Mapping[str, ProblemType]] = {}
    # The role that writing takes; reading takes any.
    write_role: ClassVar[str] = "member"
    # The query parameters of GET; none on an instance.
    query_parameters: ClassVar[frozenset[str]] = frozenset()
    is_list: ClassVar[bool] = False
    # An instance as the answers have it (that to a create, where it differs), and the request body
    # by method.
    shape: ClassVar[type[ClosedSerializer]]
    new_shape: ClassVar[type[ClosedSerializer] | None] = None
    # The media types of what GET answers beside JSON.
    further_media: ClassVar[tuple[str, ...]] = ()
    # The columns that ``represent`` looks at.
    columns: ClassVar[tuple[str, ...]] = ()
    bodies: ClassVar[Mapping[str, type[ClosedSerializer]]] = {}
    # The 404 of a method, where it is not the usual one.
    misses: ClassVar[Mapping[str, ProblemType]] = {}
    # For the documents alone, by method: problems beside those that every operation has, request
    # headers with their meaning, and how an operation is simpler than the real one.
    refusals: ClassVar[Mapping[str, Sequence[ProblemType]]] = {}
    headers_read: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    simplified: ClassVar[Mapping[str, str]] = {}
    # Whether a PUT is answered with the instance.
    replace_shows: ClassVar[bool] = False

    # What DRF collects here, no answer has.
    default_response_headers: ClassVar[dict[str, str]] = {}
    http_method_names = ["get", "post", "put", "delete", "head"]

    # Django's, to which is added what is found out of it.
    request: Any
    ids: dict[str, uuid.UUID]
    query: Query
    media_type: str
    # The methods whose statement proves who calls: a caller that is remembered will do for them.
    proves: ClassVar[frozenset[str]] = frozenset()
    # Ends the turn that this call has, see ``astra.api.turns``.
    _leave: Callable[[], None] | None = None
    # Set by what steps in between: makes another answer of the one that was rendered.
    change_answer: Callable[[HttpResponseBase], HttpResponseBase] | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Answer HEAD as GET, by the class.

        Django has each view keep a method of itself for that: a circle, so that neither view nor request
        nor answer would go before somebody looks for garbage.
        """
        super().__init_subclass__(**kwargs)
        if get := vars(cls).get("get"):
            cls.head = get  # type: ignore[attr-defined]

    @property
    def caller(self) -> Any:
        """Who calls (``astra.accounts.callers.Caller``, which this layer does not know)."""
        return self.request._caller

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer. Whatever a remembered caller is refused, is judged anew once it is asked who calls.

        What is done for a remembered caller is done by a statement that also proves who it is. For the
        database, locks included, a call waits so long and no longer: then it is refused with 503.
        """
        sent: Any = request
        sent._may_remember = request.method in self.proves
        with within(settings.ASTRA.call_seconds):
            try:
                return self._answered(sent, *args, **kwargs)
            finally:
                if self._leave is not None:
                    self._leave()

    def _answered(self, sent: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = super().dispatch(sent, *args, **kwargs)
        if vars(sent).pop("_met_other_tables", False):
            answer = self._again(sent, *args, **kwargs)
        if 400 <= answer.status_code < 500 and self._is_unproved(sent):
            sent._may_remember = False
            answer = self._again(sent, *args, **kwargs)
        caller = getattr(sent, "_caller", None)
        if caller is not None and caller.due and answer.status_code < 300:
            ports.settle(caller)
        return answer

    def _again(self, sent: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        vars(sent).pop("_refusal", None)
        return super().dispatch(sent, *args, **kwargs)

    @staticmethod
    def _is_unproved(request: Any) -> bool:
        return getattr(getattr(request, "_caller", None), "is_remembered", False)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the request as it is: DRF's own would read the body as its Content-Type says."""
        return request

    def perform_authentication(self, request: Any) -> None:
        """Find out who calls, which is kept with the request. Raises problem 3, 4 or 11."""
        for authenticator in self.get_authenticators():
            authenticator.authenticate(request)

    @classmethod
    def rows_at(cls, account_id: Any, ids: Mapping[str, Any]) -> QuerySet[Any]:
        """Return a query of the rows at the path, in no particular order: of a collection its own, of
        an instance those among which its id is looked for. None of a parent that is not there.

        ``account_id`` and ``ids``, by placeholder of the path, are values, or stand for them.
        """
        raise NotImplementedError

    @property
    def sees_some(self) -> bool:
        """Whether the caller's role is constrained: its rows are to be asked of ``rows``."""
        return self.caller.reads is not None

    def rows(self) -> QuerySet[Any]:
        """Return the query of the rows at the path of this request that the caller sees."""
        return self.rows_at(self.caller.account_id, self.ids)

    def represent(self, row: Any, now: datetime) -> Mapping[str, Any]:
        """Return the JSON of a row, a light one or an instance, at the account's instant."""
        raise NotImplementedError

    def initial(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Refuse what can be refused whatever the body says, in the pinned order."""
        check_size(request, max_bytes=settings.ASTRA.max_body_bytes)
        self.perform_authentication(request)
        self._check_account(kwargs)
        waits.count(request, self.caller.account_id)
        if self._leave is None:
            self._take_turn(request)
        self.ids = self._parse_ids(kwargs)
        self._check_method(request)
        self._check_role(request)
        if self.caller.has_faults:
            ports.intercept(self)
        self.query = self._parse_query(request)
        self.media_type = self._negotiate(request)

    def _take_turn(self, request: HttpRequest) -> None:
        if has_body(request):
            # While its sender lets us wait, others may have their turns.
            media.read_body(request, max_bytes=settings.ASTRA.max_body_bytes)
        is_write = request.method not in READS or self.caller.reads_write
        turns = turns_of_writes() if is_write else turns_of_reads()
        turns.enter(self.caller.account_id)
        self._leave = partial(turns.leave, self.caller.account_id)

    def allowed_parameters(self) -> frozenset[str]:
        """Return the parameters that GET takes."""
        return self.query_parameters

    def _check_account(self, kwargs: Mapping[str, str]) -> None:
        if "account_id" in kwargs and kwargs["account_id"] != str(self.caller.account_id):
            raise ApiProblem(problems.NOT_PERMITTED)

    def _parse_ids(self, kwargs: Mapping[str, str]) -> dict[str, uuid.UUID]:
        ids = {}
        for name, text in kwargs.items():
            identifier = parse_identifier(text)
            if identifier is None:
                raise self.not_found()
            ids[name] = identifier
        return ids

    def _check_method(self, request: HttpRequest) -> None:
        method = (request.method or "").lower()
        if method not in self.http_method_names or not hasattr(self, method):
            raise method_not_allowed(self)

    def _check_role(self, request: HttpRequest) -> None:
        role = self.caller.role
        if request.method not in READS and not role.permits(type(role)(self.write_role)):
            raise ApiProblem(problems.NOT_PERMITTED)
        if request.method not in READS and self.caller.is_advancing:
            headers = {"Retry-After": RETRY_AFTER_SECONDS}
            raise ApiProblem(problems.CONFLICT, headers=headers)

    def _parse_query(self, request: HttpRequest) -> Query:
        allowed = self.allowed_parameters() if request.method in READS else frozenset()
        return parse_query(request.META.get("QUERY_STRING", ""), allowed)

    def _negotiate(self, request: HttpRequest) -> str:
        if request.method == "DELETE":
            return media.JSON
        is_list = self.is_list and request.method in READS
        return media.negotiate(request, None if is_list else self.kind.name)

    def not_found(self) -> ApiProblem:
        """Return the 404 of this operation: if nothing else is said, problem 1 on PUT and DELETE."""
        method = self.request.method
        usual = (
            problems.RESOURCE_NOT_FOUND
            if method in ("PUT", "DELETE")
            else problems.COLLECTION_NOT_FOUND
        )
        return ApiProblem(self.misses.get(method, usual))

    def body(self) -> Any:
        """Return the parsed JSON body. Raises problem 7 or 85."""
        return media.read_json(self.request, max_bytes=settings.ASTRA.max_body_bytes)

    def parse(self, sent: Any) -> dict[str, Any]:
        """Return the members of a JSON body, validated. Raises problem 8 or 9."""
        return self.bodies[self.request.method or ""].parse(sent)

    def created(self, document: Mapping[str, Any]) -> HttpResponse:
        """Render a 201 with the full URL of the new instance in `Location`."""
        response = media.json_response(document, media_type=self.media_type, status=201)
        response["Location"] = f"{base_url(self.request)}/{document['id']}"
        return response

    def found(self, document: Mapping[str, Any]) -> HttpResponse:
        """Render a 200 with one instance."""
        return media.json_response(document, media_type=self.media_type)

    def nothing(self) -> HttpResponse:
        """Render a 204."""
        return HttpResponse(status=204)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Hand the response on: it was rendered where it was made."""
        assert isinstance(response, HttpResponseBase)
        return response if self.change_answer is None else self.change_answer(response)


class UnknownRoute(ApiView):
    """Any other path below an account: refused like a known one, then problem 2."""

    def initial(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Check who calls and for which account; the rest of the path names nothing."""
        check_size(request, max_bytes=settings.ASTRA.max_body_bytes)
        self.perform_authentication(request)
        self._check_account({"account_id": kwargs["account_id"]})
        raise ApiProblem(problems.COLLECTION_NOT_FOUND)


def base_url(request: HttpRequest) -> str:
    """Return the URL of the request's path as the caller reached it, whatever the Host header says."""
    host = request.META.get("HTTP_HOST") or (
        f"{request.META['SERVER_NAME']}:{request.META['SERVER_PORT']}"
    )
    return f"{request.scheme}://{host}{request.path_info}"


def method_not_allowed(view: View) -> ApiProblem:
    """Return problem 69, with the methods that the view has."""
    allow = ", ".join(name.upper() for name in view.http_method_names if hasattr(view, name))
    return ApiProblem(problems.METHOD_NOT_ALLOWED, headers={"Allow": allow})


def invalid_query(name: str, reason: str) -> ApiProblem:
    """Return problem 5 about one parameter."""
    return ApiProblem(problems.INVALID_QUERY, params=[Invalid(name, reason)])

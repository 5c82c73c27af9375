"""What a rule is matched against: a call of the API, or a resource that is created."""

import functools
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from astra.api.instances import InstanceView
from astra.api.views import ApiView
from astra.faults.criteria import Call, subjects_of

_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
_VERBS = {"POST": "create", "PUT": "replace", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class Details:
    """What it is about, by the names of criteria, and its name; None where there is none."""

    about: Mapping[str, uuid.UUID | None] = field(default_factory=dict)
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A call or a creation at an instant of the account's clock.

    ``method`` and ``path`` are None for what a schedule makes. ``details`` are asked for only when a
    rule needs them.
    """

    operation: str
    method: str | None
    path: str | None
    now: datetime
    details: Callable[[], Details]


def subject_of_call(view: Any, path: str, body: Callable[[], Any]) -> Subject:
    """Return the subject of a request; ``body`` reads its JSON, None if it has none."""
    method = view.request.method
    return Subject(
        operation=_operation_of(type(view), method),
        method="GET" if method == "HEAD" else method,
        path=path,
        now=view.caller.now(),
        details=functools.cache(lambda: _details(view, body)),
    )


def operation_at(handler: Any, method: str) -> str | None:
    """Return the operation of a method at what a path leads to: kind and verb, joined by a dot.

    None if that is none of the API's.
    """
    # What is remembered is of the service's making, not of a caller's.
    return _operation_at(handler, method) if method in _METHODS else None


@functools.cache
def _operation_at(handler: Any, method: str) -> str | None:
    view = getattr(handler, "view_class", None)
    name = "get" if method == "HEAD" else method.lower()
    if not (isinstance(view, type) and issubclass(view, ApiView) and hasattr(view, "kind")):
        return None
    if name not in view.http_method_names or not hasattr(view, name):
        return None
    return _operation_of(view, method)


def _operation_of(view: type[ApiView], method: str) -> str:
    verb = _VERBS.get(method) or ("list" if view.is_list else "retrieve")
    return f"{view.kind.name}.{verb}"


def _details(view: Any, body: Callable[[], Any]) -> Details:
    call = _call(view, body)
    name = call.sent.get("name", getattr(call.row, "name", None))
    return Details(about=subjects_of(call), name=name if isinstance(name, str) else None)


def _call(view: Any, body: Callable[[], Any]) -> Call:
    if isinstance(view, InstanceView):
        return Call(view.ids, row=view.rows().filter(id=view.ids[view.id_name]).first())
    sent = body() if view.request.method == "POST" else None
    return Call(view.ids, sent=sent if isinstance(sent, Mapping) else {})


@functools.cache
def operations() -> tuple[str, ...]:
    """Return every operation of the API, by the views that its paths lead to."""
    found = {
        operation_at(handler, method)
        for handler in _handlers(get_resolver().url_patterns)
        for method in ("GET", "POST", "PUT", "DELETE")
    }
    return tuple(sorted(filter(None, found)))


def _handlers(patterns: list[URLPattern | URLResolver]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _handlers(pattern.url_patterns)
        else:
            yield pattern.callback

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
        operation=operation_of(type(view), method),
        method="GET" if method == "HEAD" else method,
        path=path,
        now=view.caller.now(),
        details=functools.cache(lambda: _details(view, body)),
    )


def operation_of(view: type[ApiView], method: str) -> str:
    """Return the name of an operation: kind and verb, joined by a dot."""
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
        operation_of(view, method.upper())
        for view in _views(get_resolver().url_patterns)
        for method in ("get", "post", "put", "delete")
        if method in view.http_method_names and hasattr(view, method)
    }
    return tuple(sorted(found))


def _views(patterns: list[URLPattern | URLResolver]) -> Iterator[type[ApiView]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
            continue
        view = getattr(pattern.callback, "view_class", None)
        if isinstance(view, type) and issubclass(view, ApiView) and hasattr(view, "kind"):
            yield view

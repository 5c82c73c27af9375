"""What a rule is matched against: a call of the API, or a resource that is created."""

import functools
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from astra.api.instances import InstanceView
from astra.api.views import ApiView

_VERBS = {"POST": "create", "PUT": "replace", "DELETE": "delete"}


@dataclass(frozen=True, slots=True)
class Details:
    """The app, the bucket and the name that it is about; None where it is about none."""

    app_id: uuid.UUID | None = None
    bucket_id: uuid.UUID | None = None
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
    """Return the name of an operation, for example `appBackup.create`."""
    verb = _VERBS.get(method) or ("list" if view.is_list else "retrieve")
    return f"{view.kind.name}.{verb}"


def _details(view: Any, body: Callable[[], Any]) -> Details:
    ids = view.ids
    app_id = ids.get("app_id")
    if isinstance(view, InstanceView):
        row = view.rows().filter(id=ids[view.id_name]).first()
        own_app = getattr(row, "app_id", None)
        own_bucket = row.id if row and view.kind.name == "bucket" else None
        return Details(
            app_id=app_id or own_app,
            bucket_id=own_bucket or getattr(row, "bucket_id", None),
            name=getattr(row, "name", None),
        )
    if view.request.method != "POST":
        return Details(app_id=app_id)
    sent = body()
    members: Mapping[str, Any] = sent if isinstance(sent, Mapping) else {}
    name, bucket = members.get("name"), members.get("bucketID")
    return Details(
        app_id=app_id,
        bucket_id=_identifier(bucket),
        name=name if isinstance(name, str) else None,
    )


def _identifier(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None


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

"""The first page of the site: the app that knows what is worth an overview registers it."""

from dataclasses import dataclass
from typing import Any, TypeAlias

from django.http import HttpRequest
from django.utils.module_loading import import_string

Context: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Overview:
    """``fill``: the dotted name of what is called with request and context, and returns the context.

    Only its name, as processes without an admin site register it too. ``template`` None: Django's
    list of models.
    """

    template: str | None = None
    fill: str = ""


_overview = Overview()


def register_overview(overview: Overview) -> None:
    """Set the first page."""
    global _overview  # noqa: PLW0603
    _overview = overview


def template() -> str | None:
    """Return the template of the first page."""
    return _overview.template


def fill(request: HttpRequest, context: Context) -> Context:
    """Return the context of the first page."""
    if not _overview.fill:
        return context
    filled: Context = import_string(_overview.fill)(request, context)
    return filled

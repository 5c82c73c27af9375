"""The columns of lists, and lines of pages, that only show a value in one way or another."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.contrib import admin

from astra.adminsite import cells


def column(
    title: str, show: Callable[[Any], Any], *, ordering: str | None = None
) -> Callable[[Any, Any], Any]:
    """Return a method of an admin class: what ``show`` makes of a record."""

    @admin.display(description=title, ordering=ordering)
    def cell(self: Any, record: Any) -> Any:
        return show(record)

    return cell


def instant_column(
    title: str, name: str, *, ordering: str | None = None
) -> Callable[[Any, Any], Any]:
    """Return a method of an admin class: the instant of that name."""
    instant = attrgetter(name)
    return column(title, lambda record: cells.instant(instant(record)), ordering=ordering)

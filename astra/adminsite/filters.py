"""Filters of lists: by related record (searched for, never all listed), by state, by time."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_date
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    MultipleDropdownFilter,
    RangeDateFilter,
)

from astra.adminsite.cells import choice_names

__all__ = ["AutocompleteSelectFilter", "DayFilter", "choice_filter"]


def choice_filter(
    title: str, column: str, values: Collection[str] | Callable[[], Iterable[str]]
) -> type[Any]:
    """Return a filter for one or several values of a column, called as the list calls them.

    A value that is not offered does not narrow. ``values`` is called where they are registered.
    """

    def offered() -> list[str]:
        return list(dict.fromkeys(values() if callable(values) else values))

    class ChoiceFilter(MultipleDropdownFilter):  # type: ignore[misc]
        parameter_name = column

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            names = choice_names(model_admin.model, column)
            return [(value, names.get(value, value)) for value in offered()]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            wanted: Any = self.value() or []
            asked_for = [wanted] if isinstance(wanted, str) else wanted
            chosen = [value for value in asked_for if value in offered()]
            return queryset.filter(**{f"{column}__in": chosen}) if chosen else queryset

    ChoiceFilter.title = title
    return ChoiceFilter


class DayFilter(RangeDateFilter):  # type: ignore[misc]
    """From a day to a day, both included, in UTC."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow to the days; one that is no date does not narrow."""
        name = self.parameter_name
        first = self._day(f"{name}_from")
        last = self._day(f"{name}_to")
        if first:
            queryset = queryset.filter(**{f"{name}__gte": first})
        if last:
            queryset = queryset.filter(**{f"{name}__lt": last + timedelta(days=1)})
        return queryset

    def _day(self, parameter: str) -> datetime | None:
        try:
            day = parse_date(str(self.used_parameters.get(parameter) or ""))
        except ValueError:
            return None
        return datetime.combine(day, time(), tzinfo=UTC) if day else None

"""Paging that stays fast whatever the size of a table."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

from astra.adminsite.units import human_number
from astra.api.statements import fetch

# Counting stops here, and paging with it: beyond, a search or a filter finds what one looks for.
MOST_ROWS = 10_000
NEWEST_FIRST = ("-created_at", "-id")

_ESTIMATE = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass"


class BoundedPaginator(Paginator[Any]):
    """Pages through the first 10,000 rows, so that no page counts or skips more than that."""

    template_name = "adminsite/pagination.html"

    @cached_property
    def count(self) -> int:
        """The number of rows, or 10,000 if there are more."""
        return int(self._rows.order_by()[:MOST_ROWS].count())

    @property
    def is_cut(self) -> bool:
        """Whether there may be more rows than pages show."""
        return self.count == MOST_ROWS

    @property
    def table_size(self) -> str | None:
        """The number of rows of the whole table, as the database's own statistics have it.

        None where they know less than pages show, such as of a view.
        """
        ((rows,),) = fetch(_ESTIMATE, [f'"{self._rows.model._meta.db_table}"'])
        return human_number(rows) if rows >= self.count else None

    def page(self, number: int | str) -> Page[Any]:
        """Return a page of the list.

        The newest rows of a whole table are found through the index that has the newest of each
        account or other parent; sorting the table for them would take seconds.
        """
        query = self._rows.query
        parent = _parent_with_index(self._rows.model)
        # Django names the order of a model that is ordered so twice.
        order = tuple(dict.fromkeys(query.order_by))
        if parent is None or query.where or order != NEWEST_FIRST:
            return super().page(number)
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = self._newest(parent, start, min(start + self.per_page, self.count))
        return Page(self._rows.filter(pk__in=keys), number, self)

    @property
    def _rows(self) -> QuerySet[Any]:
        rows: Any = self.object_list
        return rows  # type: ignore[no-any-return]

    def _newest(self, parent: str, start: int, end: int) -> list[Any]:
        model = self._rows.model
        field: Any = model._meta.get_field(parent)
        parents = field.related_model._meta.db_table
        statement = _newest_of_each(parents, model._meta.db_table, field.column)
        found = fetch(statement, {"start": start, "end": end, "size": end - start})
        return [key for (key,) in found]


def _newest_of_each(parents: str, rows: str, column: str) -> str:
    return f"""
        SELECT newest.id FROM {parents} AS parent CROSS JOIN LATERAL (
            SELECT id, created_at FROM {rows} WHERE {column} = parent.id
            ORDER BY created_at DESC, id DESC LIMIT %(end)s
        ) AS newest
        ORDER BY newest.created_at DESC, newest.id DESC OFFSET %(start)s LIMIT %(size)s
    """


def _parent_with_index(model: type[Model]) -> str | None:
    """Return a foreign key for which an index has the newest rows of each parent, if there is any.

    There are fewer accounts than other parents.
    """
    parents = [
        str(index.fields[0])
        for index in model._meta.indexes
        if index.condition is None and list(index.fields)[1:] == ["created_at", "id"]
    ]
    return min(parents, key=lambda name: name != "account", default=None)

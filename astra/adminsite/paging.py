"""Paging that stays fast whatever the size of a table."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.db import connection
from django.utils.functional import cached_property

from astra.adminsite.units import human_number

# Counting stops here, and paging with it: beyond, a search or a filter finds what one looks for.
MOST_ROWS = 10_000

_ESTIMATE = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass"


if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:
    AnyPaginator = Paginator


class BoundedPaginator(AnyPaginator):
    """Pages through the first 10,000 rows, so that no page counts or skips more than that."""

    template_name = "adminsite/pagination.html"

    @cached_property
    def count(self) -> int:
        """The number of rows, or 10,000 if there are more."""
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_ROWS].count())

    @property
    def is_cut(self) -> bool:
        """Whether there may be more rows than pages show."""
        return self.count == MOST_ROWS

    @property
    def table_size(self) -> str:
        """The number of rows of the whole table, as the database's own statistics have it."""
        rows: Any = self.object_list
        with connection.cursor() as cursor:
            cursor.execute(_ESTIMATE, [f'"{rows.model._meta.db_table}"'])
            row = cursor.fetchone()
        return human_number(row[0] if row else 0)

"""Lookups that Django does not have: what is compared last, and any of many values as one parameter.

A statement with a placeholder for each of a caller's values would be another one for each number of
them, and each stays prepared.
"""

from typing import Any

import orjson
from django.db.models import Field, ForeignObject, JSONField, Lookup


@ForeignObject.register_lookup
@Field.register_lookup
class Checked(Lookup[Any]):
    """`filter(id=…, account__checked=…)`: the row of that key, if it is the account's.

    On a table without statistics, which every fresh database has, PostgreSQL may answer
    `id = $1 AND account_id = $2` through an index on the account and walk all rows of it; a generic
    plan stays that way. No index can answer a condition that is written `(account_id = $2) IS TRUE`.
    """

    lookup_name = "checked"
    can_use_none_as_rhs = True

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the comparison, and its parameters."""
        left, left_parameters = self.process_lhs(compiler, connection)
        if self.rhs is None:
            return f"({left} IS NULL) IS TRUE", left_parameters
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"({left} = {right}) IS TRUE", [*left_parameters, *right_parameters]


@ForeignObject.register_lookup
@Field.register_lookup
class AnyOf(Lookup[Any]):
    """`filter(name__any_of=[…])`: equal to one of a list of Python values, taken as they are."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the comparison, and its parameters."""
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*parameters, self.rhs]


@JSONField.register_lookup
class ContainsAny(Lookup[Any]):
    """`filter(labels__contains_any=[…])`: contains one of a list of JSON values; by a GIN index."""

    lookup_name = "contains_any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the comparison, and its parameters."""
        left, parameters = self.process_lhs(compiler, connection)
        wanted = [orjson.dumps(each).decode() for each in self.rhs]
        return f"{left} @> ANY(%s::text[]::jsonb[])", [*parameters, wanted]

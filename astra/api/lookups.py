"""A lookup for what is compared only once a row has been found by its key.

On a table without statistics, which every fresh database has, PostgreSQL may answer
`id = $1 AND account_id = $2` through an index on the account and walk all rows of it; a generic plan
stays that way. No index can answer a condition that is written `(account_id = $2) IS TRUE`.
"""

from typing import Any

from django.db.models import Field, ForeignObject, Lookup


@ForeignObject.register_lookup
@Field.register_lookup
class Checked(Lookup[Any]):
    """`filter(id=…, account__checked=…)`: the row of that key, if it is the account's."""

    lookup_name = "checked"
    can_use_none_as_rhs = True

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Return the comparison, and its parameters."""
        left, left_parameters = self.process_lhs(compiler, connection)
        if self.rhs is None:
            return f"({left} IS NULL) IS TRUE", left_parameters
        right, right_parameters = self.process_rhs(compiler, connection)
        return f"({left} = {right}) IS TRUE", [*left_parameters, *right_parameters]

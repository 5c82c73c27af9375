"""Rules of one column as domains of PostgreSQL.

A CHECK is read and compiled anew by every statement that writes to its table; the rule of a domain once
in a session. It is the same constraint otherwise: declared in a model's ``Meta``, migrated, named and
worded as a CHECK is, in Python too.
"""

from typing import Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.models import BaseConstraint, CheckConstraint, Field, Model, Q
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler


class DomainConstraint(CheckConstraint):  # noqa: PLW1641 - Django has none either
    """What holds for one column, as a domain that has the name of the constraint.

    A column has at most one. Raises ``ValueError`` for a condition on several columns.
    """

    def __init__(self, *, condition: Q, name: str, **said: Any) -> None:
        super().__init__(condition=condition, name=name, **said)
        if len(condition.referenced_base_fields) != 1:
            raise ValueError(f"{name} is no rule of one column")
        (self.field_name,) = condition.referenced_base_fields

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and super().__eq__(other)

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """Have the domain made once the table is; return nothing for the table's own statement."""
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        """Return what makes the domain and lets the column have it; rows are read, none is rewritten."""
        name, base = schema_editor.quote_name(self.name), self._base(model, schema_editor)
        return (
            f"CREATE DOMAIN {name} AS {base}; {self._typed(model, schema_editor, name)};"
            f" ALTER DOMAIN {name} ADD CONSTRAINT {name}"
            f" CHECK ({self._of_value(model, schema_editor)})"
        )

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        """Return what gives the column its own type back."""
        base = self._base(model, schema_editor)
        return f"{self._typed(model, schema_editor, base)}; {self.drop_sql(schema_editor)}"

    def drop_sql(self, schema_editor: Any) -> str:
        """Return what drops the domain, which no column has any more."""
        return f"DROP DOMAIN {schema_editor.quote_name(self.name)}"

    def _field(self, model: Any) -> "Field[Any, Any]":
        field = model._meta.get_field(self.field_name)
        assert isinstance(field, Field)
        return field

    def _base(self, model: Any, schema_editor: Any) -> str:
        said = self._field(model).db_parameters(schema_editor.connection)
        collation = said.get("collation")
        quoted = f" COLLATE {schema_editor.quote_name(collation)}" if collation else ""
        return f"{said['type']}{quoted}"

    def _typed(self, model: Any, schema_editor: Any, type_: str) -> str:
        table, column = model._meta.db_table, self._field(model).column
        return (
            f"ALTER TABLE {schema_editor.quote_name(table)}"
            f" ALTER COLUMN {schema_editor.quote_name(column)} TYPE {type_}"
        )

    def _of_value(self, model: Any, schema_editor: Any) -> str:
        query, connection = Query(model, alias_cols=False), schema_editor.connection
        condition: Any = self.condition
        sql, values = query.build_where(condition).as_sql(
            _OfValue(query, connection, connection.alias), connection
        )
        return sql % tuple(schema_editor.quote_value(value) for value in values)


class _OfValue(SQLCompiler):
    """Compiles a condition on one column to the one on a domain's value."""

    def quote_name_unless_alias(self, name: str) -> str:
        return "VALUE"


class SchemaEditor(DatabaseSchemaEditor):
    """Django's, which does not know that the type of a column may be a domain."""

    def alter_field(self, model: Any, old_field: Any, new_field: Any, *strict: Any) -> None:
        """Change a column, its domain along with it."""
        kept: list[BaseConstraint] = []
        if self._field_should_be_altered(old_field, new_field):  # type: ignore[attr-defined]
            kept = [each for each in domains(model) if each.field_name == new_field.name]
        for each in kept:
            self.remove_constraint(model, each)
        super().alter_field(model, old_field, new_field, *strict)
        for each in kept:
            self.add_constraint(new_field.model, each)

    def delete_model(self, model: type[Model]) -> None:
        """Delete a table and the domains of its columns."""
        super().delete_model(model)
        for each in domains(model):
            self.execute(each.drop_sql(self))


def domains(model: type[Model]) -> list[DomainConstraint]:
    """Return the domains that columns of a model have."""
    return [each for each in model._meta.constraints if isinstance(each, DomainConstraint)]


def as_domains(*constraints: BaseConstraint) -> tuple[BaseConstraint, ...]:
    """Return the constraints of a table that many rows go into: those of one column as domains."""
    return tuple(_as_domain(each) for each in constraints)


def _as_domain(constraint: BaseConstraint) -> BaseConstraint:
    if not isinstance(constraint, CheckConstraint):
        return constraint
    assert isinstance(constraint.condition, Q)
    if len(constraint.condition.referenced_base_fields) > 1:
        return constraint
    return DomainConstraint(**constraint.deconstruct()[2])

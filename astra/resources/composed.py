"""Members that are no plain column: lists and objects, what other rows say, and what no row has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from astra.accounts.callers import Scope
from astra.api import fields, filters
from astra.api.serializers import ClosedSerializer, StateDetailsField
from astra.resources.members import ABSENT, BY_SERVICE, Member, Writer


class Constant(Member):
    """A member that is the same in every answer, and is no column; no body has it, or sets anything."""

    field_class = fields.EnumField
    has_column = False

    def __init__(self, name: str, value: str, **options: Any) -> None:
        options = {"create": ABSENT, "replace": ABSENT, **options}
        super().__init__(name, choices=[value], **options)
        self.value = value

    def filters(self) -> Mapping[str, filters.Member]:
        return {self.name: filters.ConstantMember(self.value)}

    def written(self, row: Any, now: datetime) -> Any:
        return self.value

    def apply(self, row: Any, value: Any) -> None:
        """Set nothing: it is always the same."""


class Several(Member):
    """An array without equal elements; ``of`` makes the element's field, ``of_shown`` that in answers.

    The column is the JSON array, of ``most`` elements. With ``unless_empty`` an answer lacks it while
    it is empty.
    """

    def __init__(
        self,
        name: str,
        *,
        of: Callable[[], Any],
        of_shown: Callable[[], Any] | None = None,
        unless_empty: bool = False,
        most: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, **options)
        self.of, self.of_shown, self.unless_empty = of, of_shown or of, unless_empty
        self.most = most

    def shown(self, *, required: bool) -> Any:
        return self._list(self.of_shown(), required=required)

    def sent(self, *, required: bool) -> Any:
        return self._list(self.of(), required=required)

    def _list(self, child: Any, *, required: bool) -> Any:
        return fields.UniqueListField(child=child, required=required, max_length=self.most)

    def filters(self) -> Mapping[str, filters.Member]:
        if not self.is_filtered:
            return {}
        child = self.of()
        if not isinstance(child, ClosedSerializer):
            path = f"{self.name}[*]"
            return {self.name: filters.ElementMember(self.column, path=path)}
        return {
            f"{self.name}_{key}": filters.ElementMember(
                self.column, key, path=f"{self.name}[*].{key}"
            )
            for key, field in child.fields.items()
            if isinstance(field, fields.StrictCharField)
        }

    def json(self, value: Any) -> Any:
        return None if self.unless_empty and not value else value


class Details(Several):
    """`stateDetails` and the like: an array of type, title and detail."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, of=lambda: StateDetailsField.child, **options)

    def shown(self, *, required: bool) -> Any:
        return StateDetailsField(required=required)

    sent = shown


class Reasons(Several):
    """`stateUnready` and the like: why a resource is not in the state it should be in."""

    def __init__(self, name: str = "stateUnready", **options: Any) -> None:
        options = {"create": ABSENT, "label": "Why", **options}
        super().__init__(name, of=lambda: fields.ReasonsField.child, **options)

    def shown(self, *, required: bool) -> Any:
        return fields.ReasonsField(required=required)

    sent = shown


class Free(Member):
    """An object of any members, stored as JSON; which are good, the resource decides."""

    field_class = fields.FreeField
    is_filtered = False


class Document(Member):
    """An object, stored as JSON; ``of`` is its serializer in bodies, ``of_shown`` that in answers."""

    def __init__(
        self,
        name: str,
        *,
        of: type[ClosedSerializer],
        of_shown: type[ClosedSerializer] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, **options)
        self.of, self.of_shown = of, of_shown or of

    def shown(self, *, required: bool) -> Any:
        return self.of_shown(required=required)

    def sent(self, *, required: bool) -> Any:
        return self.of(required=required)

    def filters(self) -> Mapping[str, filters.Member]:
        if not self.is_filtered:
            return {}
        return {
            "_".join((self.name, *keys)): filters.JsonMember(
                self.column, *keys, path=".".join((self.name, *keys))
            )
            for keys, _ in leaves(self.of())
        }


class Follows(Member):
    """A member that follows from a row and the clock: mixed in before what it looks like.

    ``value`` gives it from a row, by ``reads_also``, and the account's instant, else its column;
    ``sql`` makes its SQL at an instant. Without that, `filter` names it where ``present`` says when it
    is in its column.
    """

    has_column = False

    def __init__(
        self,
        name: str,
        *,
        value: Writer | None = None,
        sql: Callable[[datetime], Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, **BY_SERVICE | options)
        self.value, self.sql = value, sql

    def filters(self) -> Mapping[str, filters.Member]:
        if self.sql is None:
            return {} if self.present is None else super().filters()
        return {self.name: self.filter_class(expression=self.sql)}

    @cached_property
    def _writes(self) -> Writer:
        return self.value or super()._writes


class Derived(Member):
    """A member that the database works out from other rows: mixed in before what it looks like.

    ``expression`` makes its SQL, with ``takes_scope`` for a scope, or None, of those other rows; the
    model says, under the same name, what a row has that is new.
    """

    has_column = False

    def __init__(
        self,
        name: str,
        *,
        expression: Callable[..., Any],
        takes_scope: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(name, **BY_SERVICE | options)
        self.expression, self.takes_scope = expression, takes_scope

    def sql(self, scope: Scope | None) -> Any:
        """Return its SQL, for whom a scope reaches of what it is worked out from."""
        return self.expression(scope) if self.takes_scope else self.expression()

    @property
    def reads(self) -> Sequence[str]:
        return (self.column,)


class Known(Member):
    """A member of the published schema that has no column here, and that no PUT may set.

    Answers show what ``value`` gives for a row, from the columns ``reads_also``, and the account's
    instant; without it no answer shows anything, but with ``once`` that to a create: the attribute of
    the new row. ``field`` makes the serializer's field.
    """

    has_column = False
    is_filtered = False

    def __init__(
        self,
        name: str,
        field: Callable[..., Any],
        *,
        value: Writer | None = None,
        reads_also: Sequence[str] = (),
        once: bool = False,
        sometimes: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(name, fixed=True, sometimes=sometimes, **options)
        self._field, self._value, self.once = field, value, once
        self.reads_also = reads_also

    def shown(self, *, required: bool) -> Any:
        return self._field(required=required)

    def written(self, row: Any, now: datetime) -> Any:
        if self._value is not None:
            return self._value(row, now)
        return getattr(row, self.column, None) if self.once else None

    def apply(self, row: Any, value: Any) -> None:
        """Set nothing."""


def leaves(serializer: ClosedSerializer) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the way to each text in an object, and the text's field."""
    for name, field in serializer.fields.items():
        if isinstance(field, ClosedSerializer):
            yield from (((name, *rest), leaf) for rest, leaf in leaves(field))
        elif isinstance(field, fields.StrictCharField):
            yield (name,), field

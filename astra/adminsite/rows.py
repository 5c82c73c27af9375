"""A list of objects as rows of inputs, one for each member: no JSON is typed in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextInputWidget

from astra.api.media import parse_json
from astra.api.problems import ApiProblem

MOST_ROWS = 100
_LEFT = "left"


@dataclass(frozen=True, slots=True)
class Column:
    """A member of each object; ``usual``: what it is in a row that says nothing of it."""

    name: str
    label: str
    usual: str = ""

    @property
    def input(self) -> forms.Widget:
        """The field of a row."""
        placeholder = f"{self.label}: {self.usual}" if self.usual else self.label
        attrs = {"aria-label": self.label, "placeholder": placeholder}
        widget: forms.Widget = UnfoldAdminTextInputWidget(attrs=attrs)
        return widget


class RowsWidget(forms.Widget):
    """The rows there are, and empty ones for more; what has no column stays with its row, hidden."""

    template_name = "adminsite/rows.html"

    def __init__(self, columns: Sequence[Column], *, spare: int = 1) -> None:
        super().__init__()
        self.columns, self.spare = columns, spare

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        rows = [row for row in value or [] if isinstance(row, Mapping)]
        shown = [*rows, *({} for _ in range(self.spare))]
        context["rows"] = [self._row(f"{name}-{index}", row) for index, row in enumerate(shown)]
        return context

    def _row(self, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
        names = [column.name for column in self.columns]
        left = {member: value for member, value in row.items() if member not in names}
        cells = [
            column.input.render(f"{name}-{column.name}", row.get(column.name, ""))
            for column in self.columns
        ]
        if left:
            hidden = forms.HiddenInput()
            cells.append(hidden.render(f"{name}-{_LEFT}", json.dumps(left)))
        return {"cells": cells}

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        """Return the texts of each row, also of what it hides."""
        names = [*(column.name for column in self.columns), _LEFT]
        rows = []
        for index in range(MOST_ROWS):
            row = {each: str(data.get(f"{name}-{index}-{each}") or "") for each in names}
            if not any(f"{name}-{index}-{each}" in data for each in names):
                break
            rows.append(row)
        return rows

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(str(each).startswith(f"{name}-") for each in data)

    def id_for_label(self, id_: str) -> str:
        return ""


class RowsField(forms.Field):
    """The objects of the rows in which something is typed."""

    widget: RowsWidget

    def __init__(self, columns: Sequence[Column], *, spare: int = 1, **kwargs: Any) -> None:
        super().__init__(widget=RowsWidget(columns, spare=spare), **kwargs)
        self.columns = columns

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        """Return the objects; refuses what hides in none of the rows that were shown."""
        return [self._object(row) for row in value or [] if self._is_typed(row)]

    def _is_typed(self, row: Mapping[str, str]) -> bool:
        return any(row[column.name].strip() for column in self.columns)

    def _object(self, row: Mapping[str, str]) -> dict[str, Any]:
        try:
            left = parse_json(row.get(_LEFT, "").encode(errors="replace") or b"null") or {}
        except ApiProblem as problem:
            raise ValidationError("This row was not one of the form's.") from problem
        if not isinstance(left, dict):
            raise ValidationError("This row was not one of the form's.")
        typed = {
            column.name: text
            for column in self.columns
            if (text := row[column.name].strip() or column.usual)
        }
        return left | typed

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))

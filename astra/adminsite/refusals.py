"""The API's refusals in a form: each reason at the field it is about."""

import re
from collections.abc import Mapping

from django import forms

from astra.api.problems import ApiProblem


def add_problem(
    form: forms.BaseForm,
    problem: ApiProblem,
    *,
    members: Mapping[str, str] | None = None,
    numbers: Mapping[int, str] | None = None,
) -> None:
    """Show a problem as errors of the form.

    ``members``: the form's field for a member of the API's body, where the names differ, or for a
    member within one; ``numbers``: the field that a problem without `invalidFields` is about, by the
    problem's number. What belongs to no field stands above the form.
    """
    known = members or {}
    for invalid in problem.fields:
        member = re.split(r"[.\[]", invalid.name, maxsplit=1)[0]
        _add(form, known.get(invalid.name, known.get(member, member)), invalid.reason)
    if not problem.fields:
        _add(form, (numbers or {}).get(problem.type.number), problem.type.detail)


def _add(form: forms.BaseForm, field: str | None, message: str) -> None:
    form.add_error(field if field in form.fields else None, message)

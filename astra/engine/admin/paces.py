"""The knobs of an account, or of what has its own, on its admin page."""

from typing import Any

from django import forms

from astra.engine.paces import pace_errors


def pace_of(data: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that say how fast an account, or what is in it, is simulated.

    What is left empty is as usual. Raises ``ValidationError``.
    """
    columns = {
        "stage_delays": data["stage_delays"] or {},
        "immediate_kinds": data["immediate_kinds"] or [],
    }
    reasons: dict[str, list[str]] = {}
    for error in pace_errors(**columns):
        place = "" if error.key is None else f"{error.key}: "
        reasons.setdefault(error.column, []).append(place + error.reason)
    if reasons:
        raise forms.ValidationError(reasons)
    return columns

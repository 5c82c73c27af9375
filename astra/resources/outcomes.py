"""How a new row that moves through stages turns out, as fields of the form that makes it."""

from typing import Any

from django import forms

from astra.adminsite.forms import LineField, PickField
from astra.engine.stages import Fate
from astra.resources.forms import ResourceForm

DETAIL_TYPE = "https://astra.netapp.io/problems/simulated"
OUTCOME_FIELDS = ("outcome", "detail_title", "detail_text")


class OutcomeForm(ResourceForm):
    """A form that also says in which state of its lifecycle a new record ends up, and why."""

    outcome = PickField(label="It becomes")
    detail_title = LineField(label="Why", required=False)
    detail_text = LineField(
        label="Details", required=False, help_text="Both are shown in stateDetails."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lifecycle, outcome = self.resource.lifecycle, self.fields["outcome"]
        assert lifecycle is not None
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [(state, state) for state in lifecycle.final]
        outcome.initial = lifecycle.success

    def fate(self, data: dict[str, Any]) -> Fate:
        """Return the fate that the fields describe; its reasons are `stateDetails`."""
        title = data["detail_title"]
        details: Any = ()
        if title:
            detail = data["detail_text"] or title
            details = ({"type": DETAIL_TYPE, "title": title, "detail": detail},)
        return Fate(data["outcome"], reasons=details)

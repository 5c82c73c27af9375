"""How an app or bucket turns out, as fields of a form."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from astra.engine.stages import Fate, Lifecycle

DETAIL_TYPE = "https://astra.netapp.io/problems/simulated"
OUTCOME_FIELDS = ("outcome", "detail_title", "detail_text")


class OutcomeFields(forms.Form):
    """In which state of its lifecycle a new record ends up, and why."""

    lifecycle: ClassVar[Lifecycle]

    outcome = forms.ChoiceField(label="It becomes", widget=UnfoldAdminSelectWidget)
    detail_title = forms.CharField(label="Why", required=False, widget=UnfoldAdminTextInputWidget)
    detail_text = forms.CharField(
        label="Details",
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Both are shown in stateDetails.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome: Any = self.fields["outcome"]
        outcome.choices = [(state, state) for state in self.lifecycle.final]
        outcome.initial = self.lifecycle.success


def outcome_of(data: Mapping[str, Any]) -> Fate:
    """Return the fate that the fields describe; its reasons are `stateDetails`."""
    title = data["detail_title"]
    details: Any = ()
    if title:
        details = ({"type": DETAIL_TYPE, "title": title, "detail": data["detail_text"] or title},)
    return Fate(data["outcome"], reasons=details)

"""How a backup or snapshot is to end, as fields of a form."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from astra.adminsite.forms import AreaField, LineField, LinesField, PickField
from astra.engine.ending import REASON_MAX_LENGTH
from astra.engine.stages import Fate
from astra.resources.forms import detail_of
from backups.lifecycle import APP_BACKUP, COMPLETED
from backups.models.protection import HookState

NEVER = "never"
HOOK_PROBLEM = "https://astra.netapp.io/problems/simulated-hook"

FATE_FIELDS = ("outcome", "reasons", "at_percent")
HOOK_FIELDS = ("hook_title", "hook_detail")


class HookFields(forms.Form):
    """The failure of an execution hook, as one element of `hookStateDetails`."""

    hook_title = LineField(
        label="Failing hook",
        required=False,
        placeholder="pre-snapshot hook failed",
        help_text="Its title in hookStateDetails. Left empty, all hooks succeed.",
    )
    hook_detail = AreaField(label="What the hook said", required=False)


class FateFields(HookFields):
    """The whole fate: outcome, reasons, how far it gets, hooks."""

    outcome = PickField(
        label="It will end",
        choices=[
            (COMPLETED, "completed, unless a fault rule says otherwise"),
            *((state, state) for state in APP_BACKUP.failures),
            (NEVER, "never: it stays running"),
        ],
        initial=COMPLETED,
        help_text="Fixed when it is made; the buttons of its page rewrite it.",
    )
    reasons = LinesField(
        label="Reasons", help_text="Why it fails or is lost, one per line: stateUnready says so."
    )
    at_percent = forms.IntegerField(
        label="Done until then, %",
        min_value=0,
        max_value=99,
        initial=50,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="How far it gets before it fails.",
    )

    field_order = (*FATE_FIELDS, *HOOK_FIELDS)

    def clean_reasons(self) -> list[str]:
        """Refuse a reason that `stateUnready` cannot hold."""
        reasons: list[str] = self.cleaned_data["reasons"]
        if any(len(reason) > REASON_MAX_LENGTH for reason in reasons):
            raise forms.ValidationError(f"A reason has at most {REASON_MAX_LENGTH} characters.")
        return reasons


def fate_of(data: Mapping[str, Any]) -> Fate:
    """Return the fate that the fields describe."""
    outcome, percent = data["outcome"], data["at_percent"]
    details = tuple(hook_details(data))
    hooks = Fate(
        None if outcome == NEVER else outcome,
        hook_state=HookState.FAILED.value if details else HookState.SUCCESS.value,
        hook_details=details,
    )
    if outcome in (COMPLETED, NEVER):
        return hooks
    # Half a percent more: what is shown is rounded down.
    fraction = ((50 if percent is None else percent) + 0.5) / 100
    return replace(hooks, reasons=tuple(data["reasons"]), at_fraction=fraction)


def hook_details(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return `hookStateDetails` of the failing hook; empty when none is named."""
    return detail_of(HOOK_PROBLEM, data["hook_title"], data["hook_detail"])

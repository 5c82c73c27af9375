"""Setting and moving an account's clock on the admin site, by the control surface's own rules."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminRadioSelectWidget

from astra.accounts.clocks import ClockMode
from astra.accounts.models import Account
from astra.adminsite import cells
from astra.adminsite.forms import InstantField, LineField, PickField
from astra.api.clock import timestamp
from astra.api.quantities import parse_duration
from astra.engine.clocks import Move, clock_advance, clock_set
from astra.engine.views import ClockBody

WAIT_SECONDS = 20.0


def rate_field(**options: Any) -> forms.FloatField:
    return forms.FloatField(
        label="Simulated seconds per second",
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
        **options,
    )


class MoveForm(forms.Form):
    """How far a clock that stands still moves."""

    how = forms.ChoiceField(
        label="Move it",
        choices=[
            ("step", "to the next thing that is due"),
            ("drain", "until nothing that is there now is under way"),
            ("by", "by a span"),
        ],
        initial="step",
        widget=UnfoldAdminRadioSelectWidget,
    )
    by = LineField(
        label="Span",
        required=False,
        placeholder="10m",
        help_text="For example 90s, 10m, 3d2h or PT1H30M.",
    )

    def clean(self) -> dict[str, Any]:
        """Return the span as such; refuses none, and one that is no duration."""
        data = super().clean() or {}
        if data.get("how") == "by":
            try:
                data["by"] = parse_duration(data.get("by", "").strip())
            except ValueError as error:
                self.add_error("by", str(error))
        return data


class ClockForm(forms.Form):
    """How an account's time goes from now on."""

    mode = PickField(choices=ClockMode.choices)
    rate = rate_field(help_text="For a scaled clock, and only for that.")
    now = InstantField(
        label="Its time",
        help_text="In UTC, and not before its present time. Left empty, it goes on from there.",
    )


def clock_badge(account: Account) -> SafeString:
    """Return how the account's time relates to real time."""
    if account.clock_target:
        return cells.badge("advancing", "busy")
    if account.clock_mode == ClockMode.SCALED:
        return cells.badge(f"{account.clock_rate:g}× faster", "busy")
    tone = "warning" if account.clock_mode == ClockMode.MANUAL else "good"
    return cells.badge(ClockMode(account.clock_mode).label, tone)


def move(account: Account, data: dict[str, Any]) -> Move:
    """Move the account's clock. Raises the problems of ``clock_advance``."""
    how = data["how"]
    return clock_advance(
        account_id=account.pk,
        by=data["by"] if how == "by" else None,
        step=how == "step",
        drain=how == "drain",
        wait_seconds=WAIT_SECONDS,
    )


def set_clock(account: Account, data: dict[str, Any]) -> Account:
    """Set the account's clock. Raises the problems of ``ClockBody`` and ``clock_set``."""
    now: datetime | None = data["now"]
    body: dict[str, Any] = {"mode": data["mode"]}
    if data["rate"] is not None:
        body["rate"] = data["rate"]
    if now is not None:
        body["now"] = timestamp(now)
    return clock_set(account_id=account.pk, **ClockBody.parse(body))

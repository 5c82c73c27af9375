"""How fast an account, or what is in it, is simulated, as fields made from the declared stages."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminDecimalFieldWidget

from astra.adminsite.objects import ObjectField
from astra.engine.registry import Registration, registrations
from astra.engine.stages import MAX_DELAY_SECONDS, Stage


def delays_field(*, of_target: bool = False, **said: Any) -> ObjectField:
    """Return the field of `stage_delays`: seconds for each stage of each kind.

    ``of_target``: only of the kinds that something nearer than the account has delays for.
    """
    groups = {
        each.lifecycle.kind: {stage.name: _seconds(stage) for stage in _stages(each)}
        for each in _kinds(of_target=of_target)
    }
    return ObjectField(
        groups,
        required=False,
        help_text="Seconds; what is left empty takes as long as usual.",
        **said,
    )


def immediate_field(*, of_target: bool = False) -> forms.MultipleChoiceField:
    """Return the field of `immediate_kinds`."""
    kinds = [each.lifecycle.kind for each in _kinds(of_target=of_target)]
    return forms.MultipleChoiceField(
        choices=[(kind, kind) for kind in kinds],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Kinds that are finished at once.",
    )


def _kinds(*, of_target: bool) -> list[Registration]:
    return [each for each in registrations() if each.target is not None or not of_target]


def _stages(registration: Registration) -> list[Stage]:
    lifecycle = registration.lifecycle
    return [*lifecycle.stages, *lifecycle.instead.values()]


def _seconds(stage: Stage) -> forms.FloatField:
    usual = "by size" if stage.depends_on_row else f"{stage.delay_seconds:g} s"
    return forms.FloatField(
        label=stage.name,
        required=False,
        min_value=0,
        max_value=MAX_DELAY_SECONDS,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"placeholder": usual}),
    )

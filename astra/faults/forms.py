"""The form of a fault rule: what it matches and what it does, derived from what is declared.

An effect's parameters are fields of their own, of which a page shows those of the chosen effect.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from rest_framework.serializers import Field
from unfold.widgets import UnfoldBooleanSwitchWidget

from astra.accounts.models import Account
from astra.adminsite import cells
from astra.adminsite.forms import ApiForm, LineField, PickField
from astra.adminsite.rows import RowsField
from astra.faults.actions import fault_rule_create, fault_rule_replace
from astra.faults.criteria import criterion, criterion_names
from astra.faults.effects.base import Effect, FateEffect
from astra.faults.effects.registered import EFFECTS
from astra.faults.explaining import subject_of
from astra.faults.form_fields import form_field, json_of, record_field
from astra.faults.models import NAME_MAX_LENGTH, FaultRule
from astra.faults.serializers import FaultRuleBody, MatchBody, criteria, represent

HOW_OFTEN = ("next", "every", "probability", "until")
Declared = Field[Any, Any, Any, Any]


class RuleForm(ApiForm):
    """A rule, new or changed, as the control surface takes it."""

    name = LineField(
        max_length=NAME_MAX_LENGTH,
        required=False,
        help_text="What you find it by; it may be empty.",
    )
    is_enabled = forms.BooleanField(
        label="On",
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text="One that is off is not asked, and counts nothing.",
    )

    class Meta:
        model = FaultRule
        fields: tuple[str, ...] = ("account", "name", "is_enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial = {**self.initial, **said_by(self.instance)}

    def known_members(self) -> Mapping[str, str]:
        """Return the field for each member, those of the chosen effect among them."""
        effect = EFFECTS[self.cleaned_data["effect"]]
        return {
            "enabled": "is_enabled",
            "effect.type": "effect",
            **{f"match.{name}": match_name(name) for name in criteria()},
            **{f"effect.{name}": parameter_name(effect, name) for name in parameters_of(effect)},
        }

    def clean(self) -> dict[str, Any]:
        """Refuse what is of another account: the rule would never meet it."""
        data = super().clean() or {}
        account = data.get("account") or getattr(self.instance, "account", None)
        for name in criterion_names():
            record = data.get(match_name(name))
            owner = getattr(record, "account_id", None)
            if account and owner and owner != account.pk:
                self.add_error(match_name(name), f"It belongs to another account than {account}.")
        return data

    def perform(self, data: dict[str, Any]) -> FaultRule:
        """Add or replace the rule as the control surface does."""
        effect = EFFECTS[data["effect"]]
        match = {name: (field, match_name(name)) for name, field in MatchBody().fields.items()}
        parameters = {
            name: (field, parameter_name(effect, name))
            for name, field in parameters_of(effect).items()
        }
        body = FaultRuleBody.parse(
            {
                "enabled": data["is_enabled"],
                "match": _typed(match, data),
                "effect": {"type": effect.name} | _typed(parameters, data),
                **({"name": data["name"]} if data["name"] else {}),
            }
        )
        if self.instance._state.adding:
            return fault_rule_create(account_id=data["account"].pk, body=body)
        return fault_rule_replace(
            account_id=self.instance.account_id, rule_id=self.instance.pk, body=body
        )


def rule_form() -> type[RuleForm]:
    """Return the form with the fields of all criteria and effects that are registered by now."""
    made: dict[str, forms.Field] = dict(_match_fields())
    made["effect"] = PickField(
        label="Effect", choices=_effect_choices, help_text="Its own fields follow below."
    )
    for effect in EFFECTS.values():
        made |= dict(_parameter_fields(effect))
    return type("FaultRuleForm", (RuleForm,), {**made, "__module__": __name__})


def rule_fieldsets(*, is_new: bool) -> list[tuple[str | None, dict[str, Any]]]:
    """Return the form's fields under their headings: each effect has one, with what it does."""
    what = [match_name(name) for name in criteria() if name not in HOW_OFTEN]
    head = ("account" if is_new else "account_cell", "name", "is_enabled")
    return [
        (None, {"fields": head}),
        ("What it does", {"fields": ("effect",)}),
        *((None, _effect_fieldset(effect)) for effect in EFFECTS.values()),
        (
            "What it matches",
            {"fields": what, "description": "All of it must hold; left empty, everything matches."},
        ),
        ("How often", {"fields": [match_name(name) for name in HOW_OFTEN]}),
    ]


def _effect_fieldset(effect: Effect) -> dict[str, Any]:
    return {
        "fields": [parameter_name(effect, name) for name in parameters_of(effect)],
        "classes": ("astra-effect", f"astra-effect-{effect.name}"),
        "description": cells.marked(f"`{effect.name}`: {effect.does}"),
    }


def field_names() -> list[str]:
    """Return the names of the fields that change a rule that exists."""
    fieldsets: Any = rule_fieldsets(is_new=False)
    names: list[str] = flatten_fieldsets(fieldsets)
    return [name for name in names if not name.endswith("_cell")]


def said_by(rule: FaultRule) -> dict[str, Any]:
    """Return the form's values for what a rule says."""
    told = represent(rule)
    effect = EFFECTS[rule.effect]
    match = told["match"] | ({"until": rule.until} if rule.until else {})
    return {
        "name": rule.name,
        "is_enabled": rule.is_enabled,
        "effect": effect.name,
        **{match_name(name): value for name, value in match.items()},
        **{parameter_name(effect, name): value for name, value in rule.parameters.items()},
    }


def like_call(account: Account, method: str, path: str, body: Any) -> dict[str, Any] | None:
    """Return the form's values for a rule that matches calls like one; None where no rule can.

    It is about the same operation and the same resources, and does what is first to be done to that.
    """
    subject = subject_of(account, path, method, body)
    if subject is None:
        return None
    about = subject.details().about
    first = next(
        effect.name
        for effect in EFFECTS.values()
        if not isinstance(effect, FateEffect) or subject.operation in effect.operations
    )
    return {
        "match_operation": subject.operation,
        "effect": first,
        **{match_name(name): str(found) for name, found in about.items() if found},
    }


def match_name(member: str) -> str:
    """Return the name of the field for a member of `match`."""
    return f"match_{member}"


def parameter_name(effect: Effect, parameter: str) -> str:
    """Return the name of the field for a parameter of an effect."""
    return f"{effect.name}__{parameter}"


def parameters_of(effect: Effect) -> Mapping[str, Declared]:
    """Return what checks the parameters of an effect, by their names."""
    return effect.parameters.shared().fields


def _match_fields() -> Iterator[tuple[str, forms.Field]]:
    for name, field in MatchBody().fields.items():
        said = {
            "label": name.capitalize(),
            "required": False,
            "help_text": cells.marked(str(field.help_text or "")),
        }
        found = None
        if name in criterion_names() and (model := criterion(name).model) is not None:
            found = record_field(model, **said)
        yield match_name(name), found or form_field(field, **said)


def _parameter_fields(effect: Effect) -> Iterator[tuple[str, forms.Field]]:
    for name, field in parameters_of(effect).items():
        made = form_field(
            field,
            label=name,
            required=False,
            initial=effect.example.get(name),
            help_text=_explained(effect, name, field),
        )
        usual = effect.usual(name)
        if usual is not None and not isinstance(made, RowsField):
            shown = "\n".join(usual) if isinstance(usual, list) else usual
            made.widget.attrs["placeholder"] = f"{shown}"
        yield parameter_name(effect, name), made


def _explained(effect: Effect, name: str, field: Declared) -> str:
    """Return what a parameter means, with its unit."""
    unit = field.style.get("unit", "")
    needed = "Needed. " if field.required else ""
    return cells.marked(f"{needed}{effect.explained.get(name, '')}{f' In {unit}.' if unit else ''}")


def _effect_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    on_creation = [(name, name) for name, each in EFFECTS.items() if isinstance(each, FateEffect)]
    on_call = [(name, name) for name, each in EFFECTS.items() if not isinstance(each, FateEffect)]
    return [("When something is made", on_creation), ("On a call", on_call)]


def _typed(members: Mapping[str, tuple[Declared, str]], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members for which something is typed in."""
    found = {name: json_of(field, data.get(typed)) for name, (field, typed) in members.items()}
    return {name: value for name, value in found.items() if value is not None}

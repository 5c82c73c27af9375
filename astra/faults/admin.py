"""Fault rules on the admin site: what they match, what they do, how often they did."""

import json
import uuid
from typing import Any

import orjson
from django.contrib import admin
from django.db.models import Q
from django.utils.functional import lazy

from astra.accounts.columns import AccountColumns
from astra.adminsite import cells
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.adminsite.forms import ApiForm, JsonField, LineField
from astra.faults.actions import fault_rule_create, fault_rules_delete
from astra.faults.criteria import criterion_names
from astra.faults.effects.base import FateEffect
from astra.faults.effects.registered import EFFECTS
from astra.faults.models import FaultRule
from astra.faults.serializers import FaultRuleBody, represent


def _example() -> tuple[str, str]:
    """Return match and effect of a rule, as JSON: of the effect that is documented first."""
    effect = next(iter(EFFECTS.values()))
    operations = sorted(effect.operations) if isinstance(effect, FateEffect) else []
    match: dict[str, Any] = {"operation": operations[0]} if operations else {}
    return json.dumps(match | {"next": 3}), json.dumps({"type": effect.name, **effect.example})


def _search_help() -> str:
    *names, last = ("rule", "account", *criterion_names())
    return f"Search by name, or by the id of a {', '.join(names)} or {last}"


class FaultRuleForm(ApiForm):
    """A new rule, in the JSON of the control surface."""

    name = LineField(required=False)
    match = JsonField(
        initial=dict,
        help_text=lazy(lambda: f"For example {_example()[0]}; {{}} matches all.", str)(),
    )
    effect = JsonField(
        required=True, help_text=lazy(lambda: f"For example {_example()[1]}.", str)()
    )

    class Meta:
        model = FaultRule
        fields: tuple[str, ...] = ("account", "name")

    def perform(self, data: dict[str, Any]) -> FaultRule:
        """Add the rule as the control surface does."""
        body = {"match": data["match"] or {}, "effect": data["effect"]}
        if data["name"]:
            body["name"] = data["name"]
        return fault_rule_create(account_id=data["account"].pk, body=FaultRuleBody.parse(body))


@admin.register(FaultRule)
class FaultRuleAdmin(AccountColumns[FaultRule]):
    """Fault rules in the order in which an account's are asked."""

    can_add = True
    add_form = FaultRuleForm

    list_display = ("rule_cell", "match_cell", "effect_cell", "hits", "account_cell")
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter("effect", "effect", lambda: EFFECTS),
        ("created_at", DayFilter),
    )
    list_select_related = ("account",)
    search_fields = ("name",)
    search_help_text = lazy(_search_help, str)()
    search_ids = ("account_id",)
    ordering = ("account_id", "position")
    autocomplete_fields = ("account",)
    add_fieldsets = ((None, {"fields": ("account", "name", "match", "effect")}),)
    fields = (
        "id_cell",
        "name",
        "account_cell",
        "match_cell",
        "effect_cell",
        "hits",
        "seen",
        "created_cell",
    )

    def with_id(self, wanted: uuid.UUID) -> Q:
        """Find by what the rules are about, too."""
        query = super().with_id(wanted)
        for name in criterion_names():
            query |= Q(about__contains={name: str(wanted)})
        return query

    rule_cell = cells.column(
        "Rule", lambda rule: rule.name or str(rule.id)[:8], ordering="position"
    )

    match_cell = cells.column(
        "Matches", lambda rule: _json(represent(rule)["match"]) or "everything"
    )
    # The type as a badge, and its parameters.
    effect_cell = cells.column(
        "Effect",
        lambda rule: cells.in_line(cells.badge(rule.effect), _json(rule.parameters)),
        ordering="effect",
    )

    def delete_record(self, record: FaultRule) -> None:
        """Delete the rule; what it decided stays."""
        fault_rules_delete(account_id=record.account_id, rule_id=record.pk)


def _json(members: dict[str, Any]) -> str:
    return orjson.dumps(members).decode() if members else ""

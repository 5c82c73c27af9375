"""Fault rules on the admin site: what they match, what they do, how often they did."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from typing_extensions import override
from unfold.decorators import action

from astra.accounts.columns import AccountColumns
from astra.adminsite import cells
from astra.adminsite.confirming import Done, confirmed
from astra.adminsite.filters import AutocompleteSelectFilter, DayFilter, choice_filter
from astra.api.patterns import parse_identifier
from astra.faults.actions import fault_rule_move, fault_rules_delete, fault_rules_switch
from astra.faults.criteria import criterion_names
from astra.faults.effects.registered import EFFECTS
from astra.faults.forms import field_names, rule_fieldsets, rule_form, said_by
from astra.faults.models import FaultRule
from astra.faults.serializers import represent

# In the address of the form for a new rule: the one that it begins like.
LIKE = "like"
Rules = Sequence[FaultRule]


def _search_help() -> str:
    *names, last = ("rule", "account", *criterion_names())
    return f"Search by name, or by the id of a {', '.join(names)} or {last}"


def switch_cell(rule: FaultRule) -> SafeString:
    """Return whether a rule is on, and whether it may act any more."""
    if not rule.is_enabled:
        return cells.badge("off", "neutral")
    if rule.next_count is not None and rule.hits >= rule.next_count:
        return cells.badge("used up", "warning")
    return cells.badge("on", "good")


@admin.register(FaultRule)
class FaultRuleAdmin(AccountColumns[FaultRule]):
    """Fault rules in the order in which an account's are asked."""

    can_add = True

    list_display = ("rule_cell", "on_cell", "hits", "match_cell", "effect_cell", "account_cell")
    list_filter = (
        ("account", AutocompleteSelectFilter),
        choice_filter("effect", "effect", lambda: EFFECTS),
        ("is_enabled", admin.BooleanFieldListFilter),
        ("created_at", DayFilter),
    )
    list_select_related = ("account",)
    search_fields = ("name",)
    search_help_text = lazy(_search_help, str)()
    search_ids = ("account_id",)
    ordering = ("account_id", "position")
    autocomplete_fields = ("account",)
    actions = ("switch_on", "switch_off")
    actions_detail = ("duplicate",)
    change_form_before_template = "faults/effects.html"

    # -- the form -------------------------------------------------------------------------------

    @property
    def editable(self) -> Sequence[str]:  # type: ignore[override]
        """All that the form says."""
        return field_names()

    @override
    def get_form(
        self,
        request: HttpRequest,
        obj: FaultRule | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Return the form with what is registered by now."""
        return super().get_form(request, obj, change=change, **{"form": rule_form(), **kwargs})

    def get_fieldsets(self, request: HttpRequest, obj: FaultRule | None = None) -> Any:
        """Return the form; of a rule also what it did, and for those who only look, it in words."""
        if obj is None:
            return rule_fieldsets(is_new=True)
        counts = ("id_cell", "hits", "seen", "created_cell")
        if self.has_change_permission(request, obj):
            return [*rule_fieldsets(is_new=False), ("What it did", {"fields": counts})]
        words = ("name", "account_cell", "on_cell", "match_cell", "effect_cell")
        return [(None, {"fields": (*words, *counts)})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the address says; like another rule, all that this one says."""
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        like = parse_identifier(initial.pop(LIKE, ""))
        rule = self.get_queryset(request).filter(pk=like).first() if like else None
        return initial if rule is None else initial | said_by(rule) | {"account": rule.account_id}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Draw the page, which shows the fields of the chosen effect alone."""
        return super().render_change_form(request, context | {"effects": EFFECTS}, *args, **kwargs)

    # -- finding and showing --------------------------------------------------------------------

    def with_id(self, wanted: uuid.UUID) -> Q:
        """Find by what the rules are about, too."""
        query = super().with_id(wanted)
        for name in criterion_names():
            query |= Q(about__contains={name: str(wanted)})
        return query

    rule_cell = cells.column(
        "Rule", lambda rule: rule.name or str(rule.id)[:8], ordering="position"
    )
    on_cell = cells.column("State", switch_cell, ordering="is_enabled")
    match_cell = cells.column(
        "Matches", lambda rule: _said(represent(rule)["match"]) or "everything"
    )
    # The type as a badge, and its parameters.
    effect_cell = cells.column(
        "Effect",
        lambda rule: cells.in_line(cells.badge(rule.effect), _said(rule.parameters)),
        ordering="effect",
    )

    @admin.display(description="Order")
    def place_cell(self, rule: FaultRule) -> SafeString:
        """Buttons that move and switch it, which need no script."""
        where = reverse("admin:faults_faultrule_place", args=[rule.pk])
        flip, word = ("off", "Switch off") if rule.is_enabled else ("on", "Switch on")
        ways = (("up", "Earlier", "↑"), ("down", "Later", "↓"), (flip, word, word))
        return cells.in_line(
            *(
                format_html(
                    '<button class="astra-mini" formmethod="post" formnovalidate formaction="{}?how={}"'
                    ' title="{}" aria-label="{}: {}">{}</button>',
                    *(where, how, title, title, rule, text),
                )
                for how, title, text in ways
            )
        )

    def get_list_display(self, request: HttpRequest) -> Any:
        """Return the columns, with buttons for those who may change rules."""
        may = self.has_operate_permission(request)
        rule, on, *others = self.list_display
        return (rule, on, "place_cell", *others) if may else self.list_display

    def has_duplicate_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Tell whether the person may add rules."""
        return self.has_add_permission(request)

    # -- acting ---------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        """Return the pages' paths, and that of the list's buttons."""
        place = self.admin_site.admin_view(require_POST(self.place))
        named = path("<path:object_id>/place/", place, name="faults_faultrule_place")
        return [named, *super().get_urls()]

    def place(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Move a rule, or switch it, as `how` says, and go back to the list."""
        if not self.has_operate_permission(request):
            return HttpResponse(status=403)
        rule = get_object_or_404(FaultRule, pk=parse_identifier(object_id))
        how = request.GET.get("how")
        if how in ("up", "down"):
            fault_rule_move(account_id=rule.account_id, rule_id=rule.pk, is_earlier=how == "up")
        elif how in ("on", "off"):
            self._switch([rule], is_enabled=how == "on")
        self.log_change(request, rule, f"Placed: {how}")
        back = request.headers.get("Referer", "")
        is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()})
        return HttpResponseRedirect(back if is_ours else cells.list_path("faults.faultrule"))

    @confirmed(
        "Switch on",
        explanation="They are asked again, at their places; what they counted goes on.",
        icon="toggle_on",
        refusal=lambda rule: "is on" if rule.is_enabled else "",
    )
    def switch_on(self, request: HttpRequest, rules: Rules, data: Any) -> Done:
        self._switch(rules, is_enabled=True)
        return Done(f"Switched on {self.counted(len(rules))}.")

    @confirmed(
        "Switch off",
        explanation="They are not asked and count nothing until they are switched on.",
        icon="toggle_off",
        refusal=lambda rule: "" if rule.is_enabled else "is off",
    )
    def switch_off(self, request: HttpRequest, rules: Rules, data: Any) -> Done:
        self._switch(rules, is_enabled=False)
        return Done(f"Switched off {self.counted(len(rules))}.")

    def _switch(self, rules: Rules, *, is_enabled: bool) -> None:
        for account_id in sorted({rule.account_id for rule in rules}):
            chosen = [rule.pk for rule in rules if rule.account_id == account_id]
            fault_rules_switch(account_id=account_id, rule_ids=chosen, is_enabled=is_enabled)

    @action(description="Duplicate", icon="content_copy", permissions=["duplicate"])  # type: ignore[untyped-decorator]
    def duplicate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Begin a new rule that says the same."""
        return HttpResponseRedirect(new_rule_path(**{LIKE: object_id}))

    def delete_record(self, record: FaultRule) -> None:
        """Delete the rule; what it decided stays."""
        fault_rules_delete(account_id=record.account_id, rule_id=record.pk)


def new_rule_path(**said: Any) -> str:
    """Return the path of the form for a new rule that begins with some values."""
    return f"{reverse('admin:faults_faultrule_add')}?{urlencode(said)}"


def _said(members: Mapping[str, Any]) -> SafeString | str:
    """Return what a rule says, member by member."""
    if not members:
        return ""
    told = [(name, _text(value)) for name, value in members.items()]
    return format_html(
        '<span class="astra-said">{}</span>',
        format_html_join(" ", "<span>{} <code>{}</code></span>", told),
    )


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    if isinstance(value, dict):
        return f"{value.get('title', '')}: {value.get('detail', '')}"
    return str(value)

"""What the rules would do to a call, and why each would not: nothing is counted."""

import uuid
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.urls import Resolver404, resolve

from astra.accounts.callers import system_caller
from astra.accounts.models import Account
from astra.api.patterns import parse_identifier
from astra.api.views import ApiView
from astra.faults.effects.registered import fate_effects, request_effects
from astra.faults.matching import abstentions, mismatches
from astra.faults.models import FaultRule
from astra.faults.subjects import Subject, subject_of_call

EARLIER = "An earlier rule decides"


def explain(account: Account, call: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for each rule of the account, in order, whether it would act, and if not, why."""
    path = _path(account, call["path"])
    subject = _subject(account, path, call["method"], call.get("body"))
    nowhere = f"No operation of the account answers {call['method']} at {path}."
    rules = list(FaultRule.objects.filter(account=account).order_by("position"))
    reasons = {
        rule.id: [*mismatches(rule, subject), *abstentions(rule, account, rule.seen + 1)]
        if subject
        else [nowhere]
        for rule in rules
    }
    on_call = [rule for rule in rules if rule.effect in request_effects()]
    on_fate = [rule for rule in rules if rule.effect in fate_effects()]
    answering = _leave_to_first(on_call, reasons)
    _leave_to_first(on_fate, reasons)
    if answering and not _lets_through(answering):
        reason = f"A rule about the call decides before anything is made: {answering}."
        for rule in on_fate:
            reasons[rule.id] = [each for each in reasons[rule.id] if EARLIER not in each] or [
                reason
            ]
    return [_item(rule, reasons[rule.id]) for rule in rules]


def _leave_to_first(
    rules: list[FaultRule], reasons: dict[uuid.UUID, list[str]]
) -> FaultRule | None:
    """Give every rule behind the first that acts (other than by a delay) a reason; return that."""
    decides: FaultRule | None = None
    for rule in rules:
        if reasons[rule.id]:
            continue
        if decides is not None:
            reasons[rule.id] = [f"{EARLIER}: {decides}."]
        elif rule.effect != "delay":
            decides = rule
    return decides


def _lets_through(rule: FaultRule) -> bool:
    """Tell whether the operation is carried out all the same."""
    return rule.effect == "truncate" or rule.parameters.get("when") == "after"


def _item(rule: FaultRule, reasons: list[str]) -> dict[str, Any]:
    named = {"name": rule.name} if rule.name else {}
    return {
        "id": rule.id,
        **named,
        "effect": rule.effect,
        "matches": not reasons,
        "reasons": reasons,
    }


def _path(account: Account, path: str) -> str:
    """Return the full path; one that does not start with `/accounts` continues the account's."""
    path = path.partition("?")[0]
    if path == "/accounts" or path.startswith("/accounts/"):
        return path
    return f"/accounts/{account.id}/{path.strip('/')}"


def _subject(account: Account, path: str, method: str, body: Any) -> Subject | None:
    """Return the call as rules see it; None when the account has no such operation."""
    try:
        found = resolve(path)
    except Resolver404:
        return None
    view_class = getattr(found.func, "view_class", None)
    if not (isinstance(view_class, type) and issubclass(view_class, ApiView)):
        return None
    ids = {name: parse_identifier(text) for name, text in found.kwargs.items()}
    handler = "get" if method == "HEAD" else method.lower()
    if (
        not hasattr(view_class, "kind")
        or not hasattr(view_class, handler)
        or handler not in view_class.http_method_names
        or None in ids.values()
        or ids.get("account_id", account.id) != account.id
    ):
        return None
    view: Any = view_class()
    view.ids = ids
    view.request = SimpleNamespace(method=method, user=system_caller(account))
    return subject_of_call(view, path, lambda: body)

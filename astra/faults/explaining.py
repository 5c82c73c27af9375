"""What the rules would do to a call, and why each would not: nothing is counted."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.urls import Resolver404, resolve

from astra.accounts.callers import system_caller
from astra.accounts.models import Account
from astra.api.media import with_values
from astra.api.patterns import parse_identifier
from astra.faults.effects.registered import fate_effects
from astra.faults.matching import abstentions, mismatches
from astra.faults.models import FaultRule
from astra.faults.subjects import Subject, operation_at, subject_of_call


def explain(account: Account, call: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for each rule of the account, in order, whether it would act, and if not, why."""
    path = _path(account, call["path"])
    subject = subject_of(account, path, call["method"], call.get("body"))
    nowhere = f"No operation of the account answers {call['method']} at {path}."
    rules = list(FaultRule.objects.filter(account=account).order_by("position"))
    reasons = {
        rule: [*mismatches(rule, subject), *abstentions(rule, account, rule.seen + 1)]
        if subject
        else [nowhere]
        for rule in rules
    }
    # What stands in the way of a rule behind the one that decides, by whether it is about the call;
    # those come first, as in a request, and a delay decides nothing.
    decided: dict[bool, str] = {}
    for rule in sorted(rules, key=lambda rule: rule.effect in fate_effects()):
        on_call = rule.effect not in fate_effects()
        if reasons[rule]:
            continue
        if on_call in decided:
            reasons[rule] = [decided[on_call]]
        elif rule.effect != "delay":
            decided[on_call] = f"An earlier rule decides: {rule}."
            if on_call and not _lets_through(rule):
                decided[False] = f"A rule about the call decides before anything is made: {rule}."
    return [
        with_values({"id": rule.id, "name": rule.name or None, "effect": rule.effect})
        | {"matches": not reasons[rule], "reasons": reasons[rule]}
        for rule in rules
    ]


def _lets_through(rule: FaultRule) -> bool:
    """Tell whether the operation is carried out all the same."""
    return rule.effect == "truncate" or rule.parameters.get("when") == "after"


def _path(account: Account, path: str) -> str:
    """Return the full path; one that does not start with `/accounts` continues the account's."""
    path = path.partition("?")[0]
    if path == "/accounts" or path.startswith("/accounts/"):
        return path
    return f"/accounts/{account.id}/{path.strip('/')}"


def subject_of(account: Account, path: str, method: str, body: Any) -> Subject | None:
    """Return the call as rules see it; None when the account has no such operation."""
    try:
        found: Any = resolve(path)
    except Resolver404:
        return None
    ids = {name: parse_identifier(text) for name, text in found.kwargs.items()}
    if (
        operation_at(found.func, method) is None
        or None in ids.values()
        or ids.get("account_id", account.id) != account.id
    ):
        return None
    view = found.func.view_class()
    view.ids = ids
    view.request = SimpleNamespace(method=method, _caller=system_caller(account))
    return subject_of_call(view, path, lambda: body)

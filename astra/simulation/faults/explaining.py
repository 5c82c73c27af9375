"""What the rules would do to a call, and why each would not: nothing is counted."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.urls import Resolver404, resolve

from astra.accounts.models import Account
from astra.accounts.system import system_caller
from astra.api.patterns import parse_identifier
from astra.api.views import ApiView
from astra.simulation.faults.effects.registered import EFFECTS
from astra.simulation.faults.matching import abstentions, mismatches
from astra.simulation.faults.models import FaultRule
from astra.simulation.faults.names import FATE_EFFECTS
from astra.simulation.faults.subjects import Subject, subject_of_call


def explain(account: Account, call: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return for each rule of the account, in order, whether it would act, and if not, why."""
    path = _path(account, call["path"])
    subject = _subject(account, path, call["method"], call.get("body"))
    decided: dict[bool, FaultRule] = {}
    items = []
    for rule in FaultRule.objects.filter(account=account).order_by("position"):
        is_fate = rule.effect in FATE_EFFECTS
        reasons = _reasons(account, rule, subject, path)
        earlier = decided.get(False) or (decided.get(True) if is_fate else None)
        if not reasons and earlier is not None:
            reasons = [f"An earlier rule decides: {earlier}."]
        matches = not reasons
        if matches and rule.effect != "delay":
            decided.setdefault(is_fate, rule)
        item: dict[str, Any] = {"id": rule.id}
        if rule.name:
            item["name"] = rule.name
        items.append(item | {"effect": rule.effect, "matches": matches, "reasons": reasons})
    return items


def _reasons(account: Account, rule: FaultRule, subject: Subject | None, path: str) -> list[str]:
    if subject is None:
        return [f"No operation of the account answers at {path}."]
    assert rule.effect in EFFECTS
    return [*mismatches(rule, subject), *abstentions(rule, account, rule.seen + 1)]


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

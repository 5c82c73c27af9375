"""faults: `/simulator/v1/accounts/{account_id}/faults`."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from astra.accounts.control import AccountControlView
from astra.api import problems
from astra.api.patterns import parse_identifier
from astra.faults.actions import (
    UnknownRuleError,
    fault_rule_create,
    fault_rule_replace,
    fault_rules_delete,
)
from astra.faults.explaining import explain
from astra.faults.models import FaultRule
from astra.faults.serializers import CallBody, FaultRuleBody, represent


class FaultRules(AccountControlView):
    """The rules of an account, in the order in which they are asked."""

    def get(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """List them."""
        rules = FaultRule.objects.filter(account=self.account).order_by("position")
        return {"items": [represent(rule) for rule in rules]}

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        """Add one: 201 with the rule."""
        rule = fault_rule_create(account_id=self.account.id, body=self.parse(FaultRuleBody))
        response = self.found(represent(rule), status=201)
        response["Location"] = f"{request.path_info}/{rule.id}"
        return response

    def delete(self, request: HttpRequest, **kwargs: str) -> None:
        """Delete them all: 204."""
        fault_rules_delete(account_id=self.account.id)


class FaultRuleInstance(AccountControlView):
    """One rule."""

    def get(self, request: HttpRequest, fault_id: str, **kwargs: str) -> dict[str, Any]:
        """Return it, with its hits."""
        rule_id = parse_identifier(fault_id)
        rules = FaultRule.objects.filter(account=self.account)
        rule = rules.filter(id=rule_id).first() if rule_id else None
        if rule is None:
            raise UnknownRuleError(self.account.id, fault_id)
        return represent(rule)

    def put(self, request: HttpRequest, fault_id: str, **kwargs: str) -> dict[str, Any]:
        """Let it be as the body says, and return it: it keeps its place."""
        rule_id = parse_identifier(fault_id)
        if rule_id is None:
            raise UnknownRuleError(self.account.id, fault_id)
        body = self.parse(FaultRuleBody)
        rule = fault_rule_replace(account_id=self.account.id, rule_id=rule_id, body=body)
        return represent(rule)

    def delete(self, request: HttpRequest, fault_id: str, **kwargs: str) -> None:
        """Delete it: 204."""
        rule_id = parse_identifier(fault_id)
        if rule_id is None or not fault_rules_delete(account_id=self.account.id, rule_id=rule_id):
            missing = UnknownRuleError(self.account.id, fault_id)
            missing.type = problems.RESOURCE_NOT_FOUND
            raise missing


class FaultExplanation(AccountControlView):
    """What the rules would do to a call."""

    def post(self, request: HttpRequest, **kwargs: str) -> dict[str, Any]:
        """Say of each rule whether it matches the call, and if not, why; count nothing."""
        return {"items": explain(self.account, self.parse(CallBody))}


urlpatterns = [
    path("faults", FaultRules.as_view(), name="faults"),
    path("faults/explain", FaultExplanation.as_view(), name="faults-explain"),
    path("faults/<str:fault_id>", FaultRuleInstance.as_view(), name="fault"),
]

"""faults: `/simulator/v1/accounts/{account_id}/faults`."""

import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from astra.accounts.models import Account
from astra.api import problems
from astra.api.control import ControlView
from astra.api.media import json_response, read_json
from astra.api.patterns import parse_identifier
from astra.api.problems import ApiProblem
from astra.faults.actions import fault_rule_create, fault_rules_delete
from astra.faults.explaining import explain
from astra.faults.models import FaultRule
from astra.faults.serializers import CallBody, FaultRuleBody, represent


class FaultRules(ControlView):
    """The rules of an account, in the order in which they are asked."""

    def get(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """List them."""
        rules = FaultRule.objects.filter(account=_account(account_id)).order_by("position")
        return json_response({"items": [represent(rule) for rule in rules]}, tag=False)

    def post(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """Add one: 201 with the rule."""
        account = _account(account_id)
        rule = fault_rule_create(account_id=account.id, body=FaultRuleBody.parse(_body(request)))
        response = json_response(represent(rule), status=201, tag=False)
        response["Location"] = f"{request.path_info}/{rule.id}"
        return response

    def delete(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """Delete them all: 204."""
        fault_rules_delete(account_id=_account(account_id).id)
        return HttpResponse(status=204)


class FaultRuleInstance(ControlView):
    """One rule."""

    def get(self, request: HttpRequest, account_id: str, fault_id: str) -> HttpResponse:
        """Return it, with its hits."""
        rules = FaultRule.objects.filter(account=_account(account_id), id=_identifier(fault_id))
        rule = rules.first()
        if rule is None:
            raise ApiProblem(problems.COLLECTION_NOT_FOUND)
        return json_response(represent(rule), tag=False)

    def delete(self, request: HttpRequest, account_id: str, fault_id: str) -> HttpResponse:
        """Delete it: 204."""
        account = _account(account_id)
        if not fault_rules_delete(account_id=account.id, rule_id=_identifier(fault_id)):
            raise ApiProblem(problems.RESOURCE_NOT_FOUND)
        return HttpResponse(status=204)


class FaultExplanation(ControlView):
    """What the rules would do to a call."""

    def post(self, request: HttpRequest, account_id: str) -> HttpResponse:
        """Say of each rule whether it matches the call, and if not, why; count nothing."""
        account = _account(account_id)
        call = CallBody.parse(_body(request))
        return json_response({"items": explain(account, call)}, tag=False)


def _account(account_id: str) -> Account:
    """Return the account of the path. Raises problem 2."""
    account = Account.objects.filter(id=_identifier(account_id)).first()
    if account is None:
        raise ApiProblem(problems.COLLECTION_NOT_FOUND)
    return account


def _identifier(text: str) -> uuid.UUID:
    identifier = parse_identifier(text)
    if identifier is None:
        raise ApiProblem(problems.COLLECTION_NOT_FOUND)
    return identifier


def _body(request: HttpRequest) -> Any:
    return read_json(request, max_bytes=settings.ASTRA.max_body_bytes)

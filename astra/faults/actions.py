"""Make and delete fault rules; the account's `has_faults` says whether it has any."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max

from astra.accounts.models import Account
from astra.api import problems
from astra.api.dice import new_id
from astra.api.problems import MOST_NAMED, ApiProblem, Invalid, Refusal, there_are
from astra.faults.criteria import criterion_names
from astra.faults.models import FaultRule
from astra.faults.serializers import COLUMNS, FaultRuleBody, represent

# A call reads all rules of its account.
MOST_RULES = 1000
_LAST_POSITION = 10**9
# The members of a rule that a request says.
_SAID = ("name", "match", "effect")


class UnknownRuleError(Refusal):
    """The account has no rule of this id."""

    def __init__(self, account_id: uuid.UUID, named: str) -> None:
        known = FaultRule.objects.filter(account_id=account_id).order_by("position")
        names = [f"{rule.name or rule.effect} ({rule.id})" for rule in known[: MOST_NAMED + 1]]
        super().__init__(f"No fault rule of the account has the id {named}; {there_are(names)}.")


def fault_rule_create(*, account_id: uuid.UUID, body: Mapping[str, Any]) -> FaultRule:
    """Add a rule from a validated body, after those there are.

    Raises ``Account.DoesNotExist``, and problem 9 when the account has too many rules.
    """
    match = body.get("match", {})
    with transaction.atomic():
        account = _held(account_id)
        rules = FaultRule.objects.filter(account=account)
        if rules.count() >= MOST_RULES:
            reason = f"An account has at most {MOST_RULES} rules."
            raise ApiProblem(problems.INVALID_FIELDS, fields=[Invalid("effect", reason)])
        last = rules.aggregate(last=Max("position"))["last"]
        position = 0 if last is None else last + 1
        rule = FaultRule.objects.create(
            id=_identifier(account, position),
            account=account,
            position=position,
            name=body.get("name"),
            effect=body["effect"]["type"],
            parameters=body["effect"]["parameters"],
            created_at=account.now(),
            about={name: str(match[name]) for name in criterion_names() if name in match},
            **{column: match.get(member) for member, column in COLUMNS.items()},
        )
        Account.objects.filter(id=account_id).update(has_faults=True)
    return rule


def fault_rules_delete(*, account_id: uuid.UUID, rule_id: uuid.UUID | None = None) -> int:
    """Delete one rule of the account, or all; return how many. What they decided stays.

    Raises ``Account.DoesNotExist``.
    """
    with transaction.atomic():
        account = _held(account_id)
        rules = FaultRule.objects.filter(account=account)
        chosen = rules if rule_id is None else rules.filter(id=rule_id)
        deleted, _ = chosen.delete()
        Account.objects.filter(id=account_id).update(has_faults=rules.exists())
    return deleted


def impossible_rules(account_id: uuid.UUID) -> Iterator[str]:
    """Yield what the account's rules say that no rule can say."""
    rules = FaultRule.objects.filter(account_id=account_id).order_by("position")
    for rule in rules[: MOST_RULES + 1]:
        told = orjson.loads(orjson.dumps(represent(rule)))
        try:
            FaultRuleBody.parse({name: told[name] for name in _SAID if name in told})
        except ApiProblem as problem:
            yield f"faults.faultrule {rule.id}: {problem}"
        if unknown := rule.about.keys() - set(criterion_names()):
            yield f"faults.faultrule {rule.id}: Nothing is about {min(unknown)}."
        if rule.position > _LAST_POSITION:
            yield f"faults.faultrule {rule.id}: No rule can come after it."
    if rules.count() > MOST_RULES:
        yield f"An account has at most {MOST_RULES} rules."


def _held(account_id: uuid.UUID) -> Account:
    """Return the account, held first by everything that touches it and its rules about fates."""
    return Account.objects.select_for_update(no_key=True).get(id=account_id)


def _identifier(account: Account, position: int) -> uuid.UUID:
    """Return the id of a new rule: under a manual clock the same whenever the history is.

    It is no draw, so that a rule which matches nothing leaves the ids of all else as they were.
    """
    if account.clock_rate:
        return new_id()
    text = f"{account.seed}:{account.id}:fault:{position}".encode()
    return uuid.UUID(bytes=hashlib.md5(text, usedforsecurity=False).digest(), version=4)

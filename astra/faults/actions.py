"""Make, change, order and delete fault rules; the account's `has_faults`: whether any is switched on."""

import hashlib
import itertools
import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Max

from astra.accounts.models import Account
from astra.api import problems
from astra.api.dice import new_id
from astra.api.problems import MOST_NAMED, ApiProblem, Refusal, refusal, there_are
from astra.faults.criteria import criterion_names
from astra.faults.models import FaultRule
from astra.faults.serializers import COLUMNS, FaultRuleBody, represent

# A call reads all rules of its account.
MOST_RULES = 1000
_LAST_POSITION = 10**9
# The members of a rule that a request says.
_SAID = ("name", "enabled", "match", "effect")


# What changes without a rule's being another one.
_NOT_COUNTED = {"name", "is_enabled"}


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
    with transaction.atomic():
        account = _held(account_id)
        rules = FaultRule.objects.filter(account=account)
        if rules.count() >= MOST_RULES:
            raise refusal(
                problems.INVALID_FIELDS, "effect", f"An account has at most {MOST_RULES} rules."
            )
        last = rules.aggregate(last=Max("position"))["last"]
        position = 0 if last is None else last + 1
        rule = FaultRule.objects.create(
            id=_identifier(account, position),
            account=account,
            position=position,
            created_at=account.now(),
            **_columns(body),
        )
        _note(account)
    return rule


def fault_rule_replace(
    *, account_id: uuid.UUID, rule_id: uuid.UUID, body: Mapping[str, Any]
) -> FaultRule:
    """Let a rule be as a validated body says; it keeps its id and its place.

    If that changes what it matches or does, it counts anew. Raises ``Account.DoesNotExist`` and
    ``UnknownRuleError``.
    """
    with transaction.atomic():
        account = _held(account_id)
        rules = FaultRule.objects.select_for_update().filter(account=account)
        rule = rules.filter(id=rule_id).first()
        if rule is None:
            raise UnknownRuleError(account_id, str(rule_id))
        columns = _columns(body)
        if any(getattr(rule, name) != columns[name] for name in columns.keys() - _NOT_COUNTED):
            columns |= {"seen": 0, "hits": 0}
        for name, value in columns.items():
            setattr(rule, name, value)
        rule.save(update_fields=list(columns))
        _note(account)
    return rule


def fault_rules_switch(
    *, account_id: uuid.UUID, rule_ids: Collection[uuid.UUID], is_enabled: bool
) -> None:
    """Switch rules of the account on or off: one that is off is not asked, and counts nothing.

    Raises ``Account.DoesNotExist``.
    """
    with transaction.atomic():
        account = _held(account_id)
        chosen = FaultRule.objects.filter(account=account, id__in=rule_ids)
        chosen.update(is_enabled=is_enabled)
        _note(account)


def fault_rule_move(*, account_id: uuid.UUID, rule_id: uuid.UUID, is_earlier: bool) -> None:
    """Let a rule change places with the one before it, or behind it; without any, it stays.

    Raises ``Account.DoesNotExist`` and ``UnknownRuleError``.
    """
    with transaction.atomic():
        account = _held(account_id)
        ordered = list(FaultRule.objects.filter(account=account).order_by("position"))
        places = [rule.id for rule in ordered]
        if rule_id not in places:
            raise UnknownRuleError(account_id, str(rule_id))
        here = places.index(rule_id)
        there = here - 1 if is_earlier else here + 1
        if not 0 <= there < len(ordered):
            return
        one, other = ordered[here], ordered[there]
        # No two have a place at a time.
        beyond = ordered[-1].position + 1
        for rule, position in ((one, beyond), (other, one.position), (one, other.position)):
            FaultRule.objects.filter(pk=rule.pk).update(position=position)


def fault_rules_delete(*, account_id: uuid.UUID, rule_id: uuid.UUID | None = None) -> int:
    """Delete one rule of the account, or all; return how many. What they decided stays.

    Raises ``Account.DoesNotExist``.
    """
    with transaction.atomic():
        account = _held(account_id)
        rules = FaultRule.objects.filter(account=account)
        chosen = rules if rule_id is None else rules.filter(id=rule_id)
        deleted, _ = chosen.delete()
        _note(account)
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


def _columns(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a rule that a validated body says."""
    match = body.get("match", {})
    return {
        "name": body.get("name"),
        "is_enabled": body.get("enabled", True),
        "effect": body["effect"]["type"],
        "parameters": body["effect"]["parameters"],
        "about": {name: str(match[name]) for name in criterion_names() if name in match},
        **{column: match.get(member) for member, column in COLUMNS.items()},
    }


def _note(account: Account) -> None:
    """Note with a held account whether any of its rules may act."""
    has_faults = FaultRule.objects.filter(account=account, is_enabled=True).exists()
    Account.objects.filter(id=account.pk).update(has_faults=has_faults)


def _held(account_id: uuid.UUID) -> Account:
    """Return the account, held first by everything that touches it and its rules about fates."""
    return Account.objects.select_for_update(no_key=True).get(id=account_id)


def _identifier(account: Account, position: int) -> uuid.UUID:
    """Return the id of a new rule: under a manual clock the same whenever the history is.

    It is no draw, so that a rule which matches nothing leaves the ids of all else as they were. A rule
    that was made at this place may stand at another one by now.
    """
    if account.clock_rate:
        return new_id()
    taken = set(FaultRule.objects.filter(account=account).values_list("id", flat=True))
    for again in itertools.count():
        text = f"{account.seed}:{account.id}:fault:{position}{f':{again}' if again else ''}"
        digest = hashlib.md5(text.encode(), usedforsecurity=False).digest()
        identifier = uuid.UUID(bytes=digest, version=4)
        if identifier not in taken:
            break
    return identifier

"""Whether a rule matches, and if not, why: each criterion in a sentence of its own."""

import uuid
from collections.abc import Iterator
from datetime import UTC
from fnmatch import fnmatchcase

from astra.accounts.models import Account
from astra.api.clock import timestamp
from astra.api.dice import unit_interval
from astra.faults.effects.base import FateEffect
from astra.faults.effects.registered import EFFECTS
from astra.faults.models import FaultRule
from astra.faults.subjects import Subject

BY_SCHEDULE = "It is made by a schedule, not by a call"


def matches(rule: FaultRule, subject: Subject) -> bool:
    """Tell whether the rule is to be asked about the subject; what costs most comes last."""
    return next(mismatches(rule, subject), None) is None


def mismatches(rule: FaultRule, subject: Subject) -> Iterator[str]:
    """Yield why the rule does not match the subject; nothing when it does."""
    if not rule.is_enabled:
        yield "It is switched off."
    effect = EFFECTS[rule.effect]
    if isinstance(effect, FateEffect) and subject.operation not in effect.operations:
        yield f"{rule.effect} decides about {', '.join(sorted(effect.operations))} only."
    if rule.operation and rule.operation != subject.operation:
        yield f"The operation is {subject.operation}, not {rule.operation}."
    if rule.until and subject.now >= rule.until:
        until = timestamp(rule.until.astimezone(UTC))
        yield f"It is {timestamp(subject.now)}, and the rule ended at {until}."
    yield from _mismatches_of_call(rule, subject)
    yield from _mismatches_of_details(rule, subject)


def _mismatches_of_call(rule: FaultRule, subject: Subject) -> Iterator[str]:
    if rule.method and rule.method != subject.method:
        yield (
            f"The method is {subject.method}, not {rule.method}."
            if subject.method
            else f"{BY_SCHEDULE} with method {rule.method}."
        )
    if not rule.path_pattern:
        return
    if subject.path is None:
        yield f"{BY_SCHEDULE} of a path like {rule.path_pattern}."
    elif not any(fnmatchcase(path, rule.path_pattern) for path in spellings(subject.path)):
        yield f"The path {subject.path} is not like {rule.path_pattern}."


def spellings(path: str) -> tuple[str, ...]:
    """Return the path as it is, and as it continues below `/accounts/{account_id}`."""
    parts = path.split("/", 3)
    if len(parts) == 4 and parts[1] == "accounts":
        return (path, f"/{parts[3]}")
    return (path,)


def _mismatches_of_details(rule: FaultRule, subject: Subject) -> Iterator[str]:
    if not (rule.about or rule.name_pattern):
        return
    details = subject.details()
    for what, wanted in rule.about.items():
        found = details.about.get(what)
        if str(found) != wanted:
            about = f"{what} {found}" if found else f"no {what}"
            yield f"It is about {about}, not {what} {wanted}."
    if not rule.name_pattern:
        return
    if details.name is None:
        yield f"It names nothing that could be like {rule.name_pattern}."
    elif not fnmatchcase(details.name, rule.name_pattern):
        yield f"The name {details.name} is not like {rule.name_pattern}."


def ask(rule: FaultRule, account: Account) -> bool:
    """Ask a rule that matches whether it acts this time, and count on the given instance.

    A rule that is used up is not asked any more. The caller holds the row's lock, and saves it.
    """
    if is_used_up(rule):
        return False
    rule.seen += 1
    acts = not list(abstentions(rule, account, rule.seen))
    rule.hits += acts
    return acts


def is_used_up(rule: FaultRule) -> bool:
    """Tell whether the rule has acted as often as it was to."""
    return rule.next_count is not None and rule.hits >= rule.next_count


def abstentions(rule: FaultRule, account: Account, number: int) -> Iterator[str]:
    """Yield why a matching rule does not act on its match of that number, the first being 1."""
    if is_used_up(rule):
        yield f"It was for the next {rule.next_count}, and has acted on all of them."
        return
    if rule.every and number % rule.every:
        yield f"It acts on every {rule.every} matches, and this is number {number}."
    if rule.probability is not None:
        thrown = throw(rule, account, str(number))
        if thrown >= rule.probability:
            yield (
                f"The dice show {thrown:.6f} for match number {number}, which is not below the"
                f" probability {rule.probability:g}."
            )


def throw(rule: FaultRule, account: Account, what: str) -> float:
    """Return a number in [0, 1) by the account's seed, the rule's position and what it is for.

    The position, not the id: accounts of one seed see the same.
    """
    return unit_interval(account.seed, uuid.UUID(int=rule.position), what)

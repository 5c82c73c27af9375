"""Deciding the fate of what is created, by the account's rules, in their order.

To be done in the transaction that creates, so that a creation which is refused uses up nothing. The
account's row is held until that ends: creations take their turn, and no rule comes or goes between.
"""

import functools
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from astra.accounts.models import Account
from astra.faults.effects.base import FateEffect, Fates
from astra.faults.effects.registered import EFFECTS, fate_effects
from astra.faults.matching import ask, matches
from astra.faults.models import FaultRule
from astra.faults.requests import note_on_creation
from astra.faults.subjects import Details, Subject


class FateRules:
    """The rules of one account, while its row is held."""

    def __init__(self, account: Account, rules: list[FaultRule]) -> None:
        self.account = account
        self._rules = rules

    def choose(self, subject: Subject) -> Fates:
        """Return what the first rule that acts decides; nothing if none does. Counts."""
        for rule in self._rules:
            if matches(rule, subject) and ask(rule, self.account):
                effect = EFFECTS[rule.effect]
                assert isinstance(effect, FateEffect)
                if subject.path is not None:
                    note_on_creation(rule.id)
                return effect.fates(rule.parameters)
        return Fates()


NO_RULES = FateRules(Account(), [])


@contextmanager
def fate_rules(account_id: uuid.UUID, *, has_faults: bool = True) -> Iterator[FateRules]:
    """Yield the account's rules about fates within a transaction; what they count is kept at the end.

    ``has_faults`` False: the account is known to have none, and nothing is read.
    """
    if not has_faults:
        yield NO_RULES
        return
    account = Account.objects.select_for_update(no_key=True).get(id=account_id)
    found = FaultRule.objects.filter(
        account_id=account_id, is_enabled=True, effect__in=fate_effects()
    )
    rules = list(found.order_by("position"))
    counted = {rule.id: rule.seen for rule in rules}
    yield FateRules(account, rules)
    for rule in rules:
        if rule.seen != counted[rule.id]:
            rule.save(update_fields=["seen", "hits"])


def creation(
    operation: str,
    *,
    about: Callable[[], Mapping[str, uuid.UUID | None]],
    name: str | None,
    now: datetime,
    path: str | None = None,
    method: str = "POST",
) -> Subject:
    """Return the subject of a creation, or of what is begun anew; without ``path`` a schedule does it.

    ``about``: what it is about, by the names of criteria; asked for only when a rule needs it.
    """
    return Subject(
        operation=operation,
        method=method if path else None,
        path=path,
        now=now,
        details=functools.cache(lambda: Details(about(), name)),
    )

"""Fault rules in the way of a request, once its caller is known and its role permits it.

A request of an account without rules never comes here.
"""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from astra.accounts.models import Account
from astra.api import media, problems, waits
from astra.api.ports import Answered
from astra.faults.effects.base import Hit, Interference, RequestEffect
from astra.faults.effects.registered import EFFECTS, request_effects
from astra.faults.matching import ask, matches, throw
from astra.faults.models import FaultRule
from astra.faults.subjects import subject_of_call


@dataclass(slots=True)
class Acted:
    """The rules that acted: on the call itself, and on what it creates.

    Kept with the request, for whoever records what happened. The latter count for a creation that is
    not refused only.
    """

    on_call: list[uuid.UUID] = field(default_factory=list)
    on_creation: list[uuid.UUID] = field(default_factory=list)


_under_way: ContextVar[Acted | None] = ContextVar("rules that acted", default=None)


def note_on_creation(rule_id: uuid.UUID) -> None:
    """Note that a rule acted on what the call under way creates."""
    acted = _under_way.get()
    if acted is not None:
        acted.on_creation.append(rule_id)


def acted_on(request: HttpRequest, *, is_refused: bool) -> list[uuid.UUID]:
    """Return the rules that acted on a request; those on creations not if it was refused."""
    acted: Acted | None = getattr(request, "_acted", None)
    if acted is None:
        return []
    return acted.on_call if is_refused else acted.on_call + acted.on_creation


def intercept(view: Any) -> None:
    """Let the account's rules act on the request of a view, in their order.

    Raises a problem or ``Answered``, or sets what changes the answer: the first rule that does so
    ends it. A delay goes on to the next rule.
    """
    request = view.request
    acted, position = waits.remembered(request) or (Acted(), -1)
    request._acted = acted
    _under_way.set(acted)
    subject = subject_of_call(
        view,
        request.path_info,
        lambda: media.peek_json(request, max_bytes=settings.ASTRA.max_body_bytes),
    )
    rules = FaultRule.objects.filter(
        account_id=view.caller.account_id,
        is_enabled=True,
        effect__in=request_effects(),
        position__gt=position,
    ).order_by("position")
    for rule in rules:
        if not matches(rule, subject):
            continue
        hit = _use(rule.id, view.failures.get(view.request.method, problems.INTERNAL_ERROR))
        if hit is None:
            continue
        acted.on_call.append(rule.id)
        effect = EFFECTS[rule.effect]
        assert isinstance(effect, RequestEffect)
        interference = effect.act(rule.parameters, hit)
        if interference.seconds:
            waits.wait(request, interference.seconds, memory=(acted, rule.position))
        if _carry_out(view, interference):
            return


def _use(rule_id: uuid.UUID, failure: problems.ProblemType) -> Hit | None:
    """Ask the rule, its row held, so that parallel requests use it up one after the other."""
    with transaction.atomic():
        held = FaultRule.objects.select_for_update().filter(id=rule_id).first()
        if held is None:
            return None
        account = Account.objects.only("seed").get(id=held.account_id)
        before = held.seen
        acts = ask(held, account)
        if held.seen != before:
            held.save(update_fields=["seen", "hits"])
    if not acts:
        return None
    return Hit(failure=failure, unit=throw(held, account, f"{held.seen}:effect"))


def _carry_out(view: Any, interference: Interference) -> bool:
    """Do to the request what a rule says; return whether that ends the rules' say."""
    if interference.refusal is not None:
        raise interference.refusal
    if interference.answer is not None:
        raise Answered(interference.answer)
    view.change_answer = interference.change_answer
    return interference.ends

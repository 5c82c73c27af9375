"""Overrides of execution hooks. Source: section 12 of `families.md` and the published schemas."""

from collections.abc import Sequence
from datetime import datetime

from astra.api.problems import CONFLICT, INVALID_FIELDS, refusal
from astra.resources.members import BY_SERVICE, REQUIRED, Flag, Identifier, Reference
from astra.resources.places import METHODS
from astra.resources.reach import Of
from astra.resources.resource import Resource, Seeding, Taken
from astra.resources.shapes import Members
from hooks import kinds
from hooks.models import ExecutionHook, ExecutionHookOverride, HookType

A_HOOK = Reference("executionHook", INVALID_FIELDS, "The account has no such execution hook.")


def complete(override: ExecutionHookOverride, now: datetime) -> Sequence[str]:
    """Refuse an override of a hook that is not NetApp's (problem 9)."""
    hooks = ExecutionHook.objects.filter(id=override.execution_hook_id)
    if hooks.exclude(hook_type=HookType.NETAPP).exists():
        raise refusal(
            INVALID_FIELDS, "executionHookID", "Only a hook of NetApp's can be overridden."
        )
    return ()


MEMBERS = Members(
    kinds.OVERRIDE,
    Identifier("executionHookID", to=A_HOOK, create=REQUIRED, fixed=True),
    Flag("enabled", column="is_enabled", create=REQUIRED),
    Identifier("appID", **BY_SERVICE),
    module=__name__,
)

OVERRIDE = Resource(
    model=ExecutionHookOverride,
    members=MEMBERS,
    paths=("k8s/v1/apps/{app_id}/executionHookOverrides",),
    within=Of("app"),
    methods=METHODS,
    published_parameters=frozenset({"include", "limit", "filter"}),
    failures={},
    complete=complete,
    taken=(Taken("hook_override_is_unique", CONFLICT, "executionHookID"),),
    columns=("executionHookID", "enabled"),
    key="executionHookID",
    seeding=Seeding(order=70),
)

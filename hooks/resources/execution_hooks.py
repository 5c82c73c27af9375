"""Execution hooks.

Source: section 10 of `appbackup.md`, section 8 of `families.md`, the published `executionHook` schemas.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from astra.api import fields
from astra.api.problems import CONFLICT, INVALID_FIELDS, ApiProblem, Invalid
from astra.api.serializers import ClosedSerializer
from astra.resources.composed import Known, Several
from astra.resources.members import ABSENT, REQUIRED, Choice, Flag, Identifier, Reference, Text
from astra.resources.places import METHODS
from astra.resources.reach import Of
from astra.resources.resource import CREATE, DELETE, REPLACE, Resource, Seeding, Taken
from astra.resources.shapes import Members
from hooks import kinds
from hooks.actions.execution_hooks import (
    execution_hook_create,
    execution_hook_delete,
    execution_hook_replace,
)
from hooks.actions.guarding import ReadOnlyGuard
from hooks.matching import TEXTS, bad_expressions
from hooks.models import (
    NAME_MAX_LENGTH,
    ONLY_POST,
    Action,
    ExecutionHook,
    HookType,
    Stage,
)

EXPRESSION_MAX_LENGTH = 1023
MATCHES = "what a hook matches follows from its app's name and namespaces."
MOST_CRITERIA, MOST_ARGUMENTS = 10, 16
AN_APP = Reference("app", INVALID_FIELDS, "The account manages no such app.")
A_SOURCE = Reference("hookSource", INVALID_FIELDS, "The account has no such hook source.")


class Criterion(ClosedSerializer):
    """An element of `matchingCriteria`."""

    type = fields.EnumField(TEXTS)
    value = fields.TextField(storable_length=EXPRESSION_MAX_LENGTH)


class PodLabel(ClosedSerializer):
    """An element of `podLabels`."""

    name = fields.StrictCharField()
    value = fields.StrictCharField()


class MatchingContainer(ClosedSerializer):
    """An element of `matchingContainers`."""

    podName = fields.StrictCharField(required=False)
    podLabels = fields.UniqueListField(child=PodLabel(), required=False)
    containerImage = fields.StrictCharField(required=False)
    containerName = fields.StrictCharField(required=False)
    namespaceName = fields.StrictCharField(required=False)


def images(hook: ExecutionHook, now: datetime) -> list[str]:
    """Return `matchingImages`: of the containers that match."""
    return sorted({each["containerImage"] for each in hook.matching_containers})


def complete(hook: ExecutionHook, now: datetime) -> Sequence[str]:
    """Refuse a stage that its action does not have, and what is no regular expression (problem 9)."""
    refused = [
        Invalid(f"matchingCriteria[{index}].value", f"Is no regular expression of RE2: {reason}.")
        for index, reason in bad_expressions(hook.matching_criteria)
    ]
    if hook.action in ONLY_POST and hook.stage != Stage.POST:
        refused.append(Invalid("stage", f"A hook on {hook.action} has the stage {Stage.POST}."))
    if refused:
        raise ApiProblem(INVALID_FIELDS, fields=refused)
    return ()


MEMBERS = Members(
    kinds.EXECUTION_HOOK,
    Text("name", create=REQUIRED, min_length=1, max_length=NAME_MAX_LENGTH),
    Choice("hookType", create=REQUIRED, fixed=True, choices=HookType.values, example="custom"),
    Several(
        "matchingCriteria",
        of=Criterion,
        most=MOST_CRITERIA,
        help="All must match; values are regular expressions of RE2.",
    ),
    Several("matchingContainers", of=MatchingContainer, create=ABSENT, replace=ABSENT),
    Known(
        "matchingImages",
        fields.list_of(partial(fields.StrictCharField, min_length=1, max_length=255)),
        value=images,
        reads_also=("matching_containers",),
        sometimes=False,
        create=ABSENT,
        replace=ABSENT,
    ),
    Choice("action", create=REQUIRED, choices=Action.values),
    Choice("stage", create=REQUIRED, choices=Stage.values),
    Identifier("hookSourceID", to=A_SOURCE, create=REQUIRED),
    Several(
        "arguments",
        of=lambda: fields.TextField(max_length=127),
        most=MOST_ARGUMENTS,
        help="One per line.",
    ),
    Identifier("appID", to=AN_APP, create=REQUIRED, fixed=True, sometimes=True),
    Flag("enabled", column="is_enabled"),
    Text("description", sometimes=True, max_length=511),
    module=__name__,
)

READ_ONLY = kinds.HOOKS_ARE_OFF, kinds.HOOK_IS_NETAPP
EXECUTION_HOOK = Resource(
    model=ExecutionHook,
    members=MEMBERS,
    paths=("core/v1/executionHooks", "k8s/v1/apps/{app_id}/executionHooks"),
    within=Of("app", or_none=True),
    methods=METHODS,
    published_parameters=frozenset({"include", "limit", "filter"}),
    failures={},
    refusals={
        **dict.fromkeys((CREATE, REPLACE), (*READ_ONLY, kinds.FAILOVER_NOT_SUPPORTED)),
        DELETE: READ_ONLY,
    },
    simplified=dict.fromkeys((CREATE, REPLACE), MATCHES),
    complete=complete,
    taken=(Taken("execution_hook_name_is_unique", CONFLICT, "name"),),
    guarding=ReadOnlyGuard.on,
    create=execution_hook_create,
    replace=execution_hook_replace,
    delete=execution_hook_delete,
    columns=("name", "action", "stage", "enabled"),
    seeding=Seeding(order=65, by="hooks.scenarios.execution_hooks.ExecutionHookSection"),
)

"""Upgrades. Source: section 12 of `families.md` and the published `upgrade` schemas."""

from collections.abc import Sequence
from datetime import datetime

from astra.api.fields import IdentifierField
from astra.resources.composed import Details, Several
from astra.resources.members import Choice, Identifier, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import REPLACE, Resource, Seeding
from astra.resources.shapes import Members
from installation import kinds
from installation.actions.upgrades import upgrade_replace
from installation.lifecycle import PROPOSED, RUNNING, SCHEDULED
from installation.lifecycle import UPGRADE as LIFECYCLE
from installation.models import Upgrade
from installation.models.software import VERSION_MAX_LENGTH, Component

DESIRED = (PROPOSED, SCHEDULED, RUNNING)


def complete(row: Upgrade, now: datetime) -> Sequence[str]:
    """Have it desired what it is, where nothing else is said."""
    if not row.state_desired:
        row.state_desired = row.state if row.state in DESIRED else RUNNING
        return ("state_desired",)
    return ()


MEMBERS = Members(
    kinds.UPGRADE,
    Choice("componentName", fixed=True, choices=Component.values),
    Text("componentInstance", fixed=True, min_length=3, max_length=4095),
    Identifier("componentID", fixed=True),
    Text("upgradeVersion", fixed=True, storable_length=VERSION_MAX_LENGTH),
    Text("currentVersion", fixed=True, storable_length=VERSION_MAX_LENGTH),
    Several("dependencies", of=IdentifierField, fixed=True),
    Choice("state", fixed=True, choices=LIFECYCLE.states),
    Choice("stateDesired", choices=DESIRED),
    Details("stateDetails", label="Why", fixed=True),
    module=__name__,
)

UPGRADE = Resource(
    model=Upgrade,
    members=MEMBERS,
    paths=("core/v1/upgrades",),
    within=WHOLE_ACCOUNT,
    methods=frozenset({"GET", "PUT"}),
    write_role="admin",
    published_parameters=frozenset({"include", "limit", "filter"}),
    failures={},
    simplified={REPLACE: "there is no time window: a scheduled upgrade starts after a minute."},
    lifecycle=LIFECYCLE,
    complete=complete,
    replace=upgrade_replace,
    columns=("componentName", "upgradeVersion", "state"),
    key="upgradeVersion",
    seeding=Seeding(order=20),
)

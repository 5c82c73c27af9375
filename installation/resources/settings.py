"""Settings. Source: section 9 of `families.md` and the published `setting` schemas."""

from collections.abc import Sequence
from datetime import datetime

from astra.api import fields, problems
from astra.api.query import COLLECTION_PARAMETERS
from astra.resources.composed import Free, Known, Reasons
from astra.resources.members import Choice, Text
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import REPLACE, Resource, Seeding
from astra.resources.shapes import Members
from installation import kinds
from installation.actions.settings import check_config, setting_replace
from installation.lifecycle import SETTING as LIFECYCLE
from installation.models import SETTING_NAME_MAX_LENGTH, Setting
from installation.wellknown import well_known


def complete(setting: Setting, now: datetime) -> Sequence[str]:
    """Refuse what the setting's schema does not take (problem 9)."""
    check_config(setting.name, "currentConfig", setting.current_config)
    if setting.desired_config is not None:
        check_config(setting.name, "desiredConfig", setting.desired_config)
    return ()


MEMBERS = Members(
    kinds.SETTING,
    Text("name", fixed=True, min_length=1, max_length=SETTING_NAME_MAX_LENGTH),
    Free("currentConfig", fixed=True),
    Free("desiredConfig", sometimes=True, help="What it is to become; a setting is judged first."),
    Known(
        "configSchema",
        fields.FreeField,
        value=lambda row, now: well_known(row.name).schema,
        reads_also=("name",),
        sometimes=False,
    ),
    Choice("state", choices=LIFECYCLE.listed, fixed=True),
    Reasons(fixed=True),
    module=__name__,
    # As the API's own client sends it.
    also_versions={"1.1.": "1.1"},
)

SETTING = Resource(
    model=Setting,
    members=MEMBERS,
    paths=("core/v1/settings",),
    within=WHOLE_ACCOUNT,
    methods=frozenset({"GET", "PUT"}),
    write_role="admin",
    published_parameters=COLLECTION_PARAMETERS - {"continue"},
    failures={},
    misses={REPLACE: problems.COLLECTION_NOT_FOUND},
    lifecycle=LIFECYCLE,
    complete=complete,
    replace=setting_replace,
    columns=("name", "state"),
    seeding=Seeding(order=15, by="installation.scenarios.settings.SettingSection"),
)

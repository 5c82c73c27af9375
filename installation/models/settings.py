"""Settings and features: what an account's installation is set to and has."""

from django.db import models

from astra.accounts.constraints import is_unique, listed
from astra.accounts.models import Resource
from astra.engine.models import Staged, due_index, staged_constraints, state_field
from installation.lifecycle import SETTING

SETTING_NAME_MAX_LENGTH = 63


class Setting(Staged):
    """A setting of an account: what it is, and what it is to become.

    ``outcome_config`` is what it will be once that is decided: the desired one, or still the old one.
    """

    name = models.CharField(max_length=SETTING_NAME_MAX_LENGTH, db_collation="C")
    current_config = models.JSONField()
    desired_config = models.JSONField(null=True, blank=True)
    outcome_config = models.JSONField()
    state = state_field(SETTING)
    state_unready = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            *staged_constraints("setting", SETTING),
            # also: a setting by its name
            is_unique("setting_is_unique", ("account", "name"), "The account has this setting."),
        )
        indexes = (
            due_index("setting_due"),
            *listed("setting"),
        )


class Feature(Resource):
    """Whether the installation has something."""

    name = models.CharField(max_length=SETTING_NAME_MAX_LENGTH, db_collation="C")
    is_enabled = models.BooleanField(default=False)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_unique("feature_is_unique", ("account", "name"), "The account has this feature."),
        )
        indexes = listed("feature")

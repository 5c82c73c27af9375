"""The tables of execution hooks."""

from django.db import models
from django.db.models import Q

from astra.accounts.constraints import by_creation, holds, is_known, is_unique, listed
from astra.accounts.models import Resource
from backups.models import App

NAME_MAX_LENGTH = 63
# 128 KiB, in base64.
SOURCE_MAX_LENGTH = 131_072


class HookType(models.TextChoices):
    """`hookType`."""

    NETAPP = "netapp"
    CUSTOM = "custom"


class Action(models.TextChoices):
    """`action`: around what a hook runs."""

    SNAPSHOT = "snapshot"
    BACKUP = "backup"
    RESTORE = "restore"
    FAILOVER = "failover"


class Stage(models.TextChoices):
    """`stage`: before or after the action."""

    PRE = "pre"
    POST = "post"


# Nothing runs before these.
ONLY_POST = (Action.RESTORE, Action.FAILOVER)


class HookSource(Resource):
    """A script that hooks run."""

    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    private = models.BooleanField(default=False, help_text="Its source is shown to nobody.")
    preloaded = models.BooleanField(default=False, help_text="It came with the service.")
    source = models.CharField(max_length=SOURCE_MAX_LENGTH, blank=True, db_collation="C")
    description = models.CharField(max_length=511, null=True, blank=True, db_collation="C")

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_unique(
                "hook_source_name_is_unique", ("account", "name"), "A hook source has this name."
            ),
        )
        indexes = listed("hook_source")


class ExecutionHook(Resource):
    """A hook of an app, or, of NetApp's, of any app; what it matches was found when it was written."""

    app = models.ForeignKey(App, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False)
    hook_source = models.ForeignKey(HookSource, on_delete=models.DO_NOTHING)
    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    hook_type = models.CharField(
        max_length=7, choices=HookType.choices, default=HookType.CUSTOM, db_collation="C"
    )
    matching_criteria = models.JSONField(default=list, blank=True)
    matching_containers = models.JSONField(default=list, blank=True)
    action = models.CharField(max_length=8, choices=Action.choices, db_collation="C")
    stage = models.CharField(max_length=4, choices=Stage.choices, db_collation="C")
    arguments = models.JSONField(default=list, blank=True)
    is_enabled = models.BooleanField(default=True)
    description = models.CharField(max_length=511, null=True, blank=True, db_collation="C")

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_known("execution_hook_type_is_known", "hook_type", HookType.values),
            is_known("execution_hook_action_is_known", "action", Action.values),
            is_known("execution_hook_stage_is_known", "stage", Stage.values),
            holds(
                "execution_hook_has_a_stage_of_its_action",
                ~Q(action__in=ONLY_POST) | Q(stage=Stage.POST),
            ),
            holds(
                "execution_hook_is_of_an_app", Q(hook_type=HookType.NETAPP) | Q(app__isnull=False)
            ),
            is_unique(
                "execution_hook_name_is_unique", ("account", "name"), "A hook has this name."
            ),
        )
        indexes = (
            *listed("execution_hook"),
            # GET …/apps/{app_id}/executionHooks in the default order; what runs in an app
            by_creation("execution_hook_of_app", "app"),
        )


class ExecutionHookOverride(Resource):
    """Whether one of NetApp's hooks runs in an app, whatever the hook itself says."""

    app = models.ForeignKey(App, on_delete=models.DO_NOTHING, db_index=False)
    execution_hook = models.ForeignKey(ExecutionHook, on_delete=models.DO_NOTHING)
    is_enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_unique(
                "hook_override_is_unique",
                ("app", "execution_hook"),
                "The app has an override of this hook.",
            ),
        )
        indexes = (
            *listed("hook_override", "app"),
            # deleting an account with everything in it
            models.Index(fields=("account",), name="hook_override_by_account"),
        )

    def __str__(self) -> str:
        return f"{self.execution_hook_id}: {self.is_enabled}"

"""Django's entry to execution hooks."""

from django.db.models.signals import pre_save

from astra.adminsite.navigation import Entry, Group

# The module, as Django would take the class for another configuration of this app.
from astra.resources import families

HOOKS = Group(15, "Execution hooks")


class HooksConfig(families.FamilyConfig):
    """Execution hooks, their sources, and what overrides them for an app."""

    name = "hooks"
    verbose_name = "Execution hooks"
    resources = (
        "hooks.resources.hook_sources.HOOK_SOURCE",
        "hooks.resources.execution_hooks.EXECUTION_HOOK",
        "hooks.resources.overrides.OVERRIDE",
    )
    entries = (
        Entry(HOOKS, 10, "Execution hooks", "webhook", "hooks.executionhook"),
        Entry(HOOKS, 20, "Hook sources", "code", "hooks.hooksource"),
        Entry(HOOKS, 30, "Execution hook overrides", "rule", "hooks.executionhookoverride"),
    )

    def ready(self) -> None:
        """Register the resources, and what backups and snapshots ask of hooks."""
        super().ready()
        from backups.actions.hooking import hooking
        from backups.models import App
        from hooks.actions.running import hooks_begin, hooks_forget, hooks_run

        hooking.run, hooking.forget = hooks_run, hooks_forget
        pre_save.connect(hooks_begin, sender=App)

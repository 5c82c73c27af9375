"""Who may write hooks and their sources: nobody while the feature is off, nobody those of NetApp."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from astra.accounts.callers import Caller
from astra.api.problems import ApiProblem
from astra.resources.resource import Guard
from hooks import kinds
from hooks.models import ExecutionHook, HookSource, HookType
from installation.actions.settings import is_enabled
from installation.wellknown import EXECUTION_HOOKS


def refuse_off(caller: Caller) -> None:
    """Raise problem 168 while the account's feature is off."""
    if not is_enabled(caller.account_id, EXECUTION_HOOKS):
        raise ApiProblem(kinds.HOOKS_ARE_OFF)


class ReadOnlyGuard(Guard):
    """Lets nobody change what came with the service."""

    @classmethod
    @contextmanager
    def on(cls, caller: Caller) -> Iterator[Guard]:
        """Guard a row while the feature is on; raises problem 168 while it is not."""
        refuse_off(caller)
        yield cls()

    def replace(self, row: Any, body: Mapping[str, Any]) -> None:
        """Raise problem 71 for a preloaded source, 73 for a hook of NetApp's."""
        self.delete(row)

    def delete(self, row: ExecutionHook | HookSource) -> None:
        """Raise problem 71 for a preloaded source, 73 for a hook of NetApp's."""
        if isinstance(row, HookSource) and row.preloaded:
            raise ApiProblem(kinds.SOURCE_IS_PRELOADED)
        if isinstance(row, ExecutionHook) and row.hook_type == HookType.NETAPP:
            raise ApiProblem(kinds.HOOK_IS_NETAPP)

"""The kinds of resources about execution hooks, as the API names them, and the problems of their own."""

from astra.api.problems import CATALOGUE
from astra.api.resources import ResourceKind

HOOK_SOURCE = ResourceKind("hookSource", "hookSources", ("1.0",))
EXECUTION_HOOK = ResourceKind("executionHook", "executionHooks", ("1.3", "1.2", "1.1", "1.0"))
OVERRIDE = ResourceKind("executionHookOverride", "executionHookOverrides", ("1.0",))

SOURCE_IS_PRELOADED = CATALOGUE[71]
SOURCE_IN_USE = CATALOGUE[72]
HOOK_IS_NETAPP = CATALOGUE[73]
FAILOVER_NOT_SUPPORTED = CATALOGUE[162]
HOOKS_ARE_OFF = CATALOGUE[168]

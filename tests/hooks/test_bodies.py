"""executionHooks, hookSources, executionHookOverrides: what every resource promises."""

from typing import Any

import pytest

from astra.accounts.models import Described
from astra.resources import registry
from hooks.models import ExecutionHook, ExecutionHookOverride
from tests import world
from tests.conftest import Api, number
from tests.contract_writes import Refused
from tests.declared import contract_of
from tests.hooks.on import SOURCE, make_hook, make_source, turn


class On:
    """In accounts that have the feature."""

    @pytest.fixture(autouse=True)
    def _on(self, _world: None, account: Any, stranger: Any) -> None:
        turn(account, "true")
        turn(stranger.account, "true")


def declared(kind: str, place: int = 0) -> Any:
    resource = registry.resource(kind)
    return contract_of(resource, resource.places[place])


_Sources: Any = declared("hookSource")
_Hooks: Any = declared("executionHook")
_HooksOfApp: Any = declared("executionHook", 1)
_Overrides: Any = declared("executionHookOverride")

CRLF, BINARY = "ZWNobw0KZWNobw==", "/////w=="
BAD_SOURCES = {
    "carriage returns": Refused({"source": CRLF}, 9, ["source"]),
    "binary data": Refused({"source": BINARY}, 9, ["source"]),
    "no base64": Refused({"source": "echo"[:3]}, 8, ["source"]),
    "a source that is too long": Refused({"source": "aaaa" * 32769}, 8, ["source"]),
}


class TestHookSources(On, _Sources):  # type: ignore[misc]
    valid = {
        "good": {"source": SOURCE},
        "an empty source and a description": {"source": "", "description": "Nothing"},
    }
    invalid = _Sources.invalid | BAD_SOURCES
    unacceptable = (
        _Sources.unacceptable
        | BAD_SOURCES
        | {
            "private": Refused({"private": "true"}, 10, ["private"]),
            "another checksum": Refused({"sourceMD5Checksum": "0" * 32}, 10, ["sourceMD5Checksum"]),
        }
    )
    replacements = {"nothing": {}, "a description": {"description": "Other", "name": "Other"}}

    def make(self, **values: Any) -> Described:
        return make_source(self.account, **values)


BAD_HOOKS = {
    "no regular expression": Refused(
        {
            "matchingCriteria": [
                {"type": "podName", "value": "a"},
                {"type": "podName", "value": "a(?=b)"},
            ]
        },
        9,
        ["matchingCriteria[1].value"],
    ),
    "eleven criteria": Refused(
        {"matchingCriteria": [{"type": "podName", "value": f"{n}"} for n in range(11)]},
        8,
        ["matchingCriteria"],
    ),
    "an argument twice": Refused({"arguments": ["a", "a"]}, 8, ["arguments"]),
    "something before a restore": Refused({"action": "restore", "stage": "pre"}, 9, ["stage"]),
    "an unknown source": Refused({"hookSourceID": str(world.some_id())}, 9, ["hookSourceID"]),
}


class _Made:
    account: Any
    app: Any

    def make(self, **values: Any) -> Described:
        return make_hook(self.account, self.app, **values)

    def body(self) -> dict[str, Any]:
        own = {
            "appID": str(self.app.id),
            "hookSourceID": str(make_source(self.account).id),
            "name": f"Freeze {world.some_id()}",
        }
        return super().body() | own  # type: ignore[misc,no-any-return]


class TestExecutionHooks(On, _Made, _Hooks):  # type: ignore[misc]
    @pytest.fixture(autouse=True)
    def _placed(self, _world: None) -> None:
        """Have the app be on a cluster, so that it can be failed over."""
        self.app.cluster = world.make_cluster(self.account)
        self.app.save(update_fields=["cluster"])

    valid = {
        "good": {},
        "after a fail-over": {"action": "failover", "stage": "post", "enabled": "false"},
        "without criteria": {"matchingCriteria": [], "arguments": []},
    }
    invalid = (
        _Hooks.invalid
        | BAD_HOOKS
        | {
            "an unknown app": Refused({"appID": str(world.some_id())}, 9, ["appID"]),
            "one of NetApp's": Refused({"hookType": "netapp"}, 73),
        }
    )
    unacceptable = (
        _Hooks.unacceptable
        | BAD_HOOKS
        | {
            "a restore, with the stage it has": Refused({"action": "restore"}, 9, ["stage"]),
            "another app": Refused({"appID": str(world.some_id())}, 10, ["appID"]),
        }
    )


class TestExecutionHooksOfAnApp(On, _Made, _HooksOfApp):  # type: ignore[misc]
    invalid = _HooksOfApp.invalid | {
        "another app": Refused({"appID": str(world.some_id())}, 9, ["appID"])
    }


class TestOverrides(On, _Overrides):  # type: ignore[misc]
    def make(self, **values: Any) -> Described:
        return ExecutionHookOverride.objects.create(
            account=self.account,
            app=self.app,
            execution_hook=make_hook(self.account, None),
            version="1.0",
            **(world.AWAKE | values),
        )

    def body(self) -> dict[str, Any]:
        hook: ExecutionHook = make_hook(self.account, None)
        return super().body() | {"executionHookID": str(hook.id)}  # type: ignore[no-any-return]

    invalid = _Overrides.invalid | {
        "an unknown hook": Refused(
            {"executionHookID": str(world.some_id())}, 9, ["executionHookID"]
        )
    }


def test_an_app_that_is_on_no_cluster_has_no_hook_on_its_fail_over(api: Api, account: Any) -> None:
    turn(account, "true")
    app = world.make_app(account)
    hook = make_hook(account, app, action="restore", stage="post")
    body = {
        "type": "application/astra-executionHook",
        "version": "1.3",
        "name": "Greet",
        "hookType": "custom",
        "action": "failover",
        "stage": "post",
        "hookSourceID": str(hook.hook_source_id),
        "appID": str(app.id),
    }
    refused = api.post("core/v1/executionHooks", body)
    assert (refused.status_code, number(refused)) == (409, 162)
    change = {name: body[name] for name in ("type", "version", "action")}
    assert number(api.put(f"core/v1/executionHooks/{hook.id}", change)) == 162
    placed = world.make_app(account, cluster=world.make_cluster(account))
    assert api.post("core/v1/executionHooks", body | {"appID": str(placed.id)}).status_code == 201

"""Clones and restores to a new app: where they go."""

from typing import Any

import pytest

from backups.models import App
from tests import world
from tests.conftest import Api, invalid, number


def scopes(*names: str) -> list[dict[str, Any]]:
    return [{"namespace": name, "labelSelectors": [f"app={name}"]} for name in names]


def make_source(api: Api, *names: str) -> App:
    return world.make_app(
        api.account, namespaces=list(names), namespace_scoped_resources=scopes(*names)
    )


def clone(api: Api, source: App, **members: Any) -> Any:
    body = {"type": "application/astra-app", "version": "2.2", "name": "copy"}
    return api.post("k8s/v2/apps", body | {"sourceAppID": str(source.id)} | members)


def mapping(**destinations: str) -> list[dict[str, str]]:
    return [{"source": name, "destination": to} for name, to in destinations.items()]


@pytest.mark.parametrize(
    ("members", "goes_to"),
    [
        ({}, "copy"),
        ({"namespaceMapping": mapping(shop="there")}, "there"),
        ({"version": "2.0", "namespace": "there"}, "there"),
    ],
)
def test_a_single_namespace_is_mapped_or_gets_the_name_of_the_new_app(
    api: Api, members: Any, goes_to: str
) -> None:
    made = clone(api, make_source(api, "shop"), **members).json()
    assert made["namespaces"] == [goes_to]
    assert made["namespaceScopedResources"] == [
        {"namespace": goes_to, "labelSelectors": ["app=shop"]}
    ]


def test_several_namespaces_are_mapped_each(api: Api) -> None:
    source = make_source(api, "shop", "till")
    made = clone(api, source, namespaceMapping=mapping(till="t2", shop="s2")).json()
    assert made["namespaces"] == ["s2", "t2"]


@pytest.mark.parametrize(
    ("members", "problem", "name"),
    [
        ({}, 9, "namespaceMapping"),
        ({"namespaceMapping": mapping(shop="s2")}, 9, "namespaceMapping"),
        ({"namespaceMapping": mapping(shop="s2", till="t2", x="y")}, 9, "namespaceMapping"),
        (
            {"namespaceMapping": mapping(shop="s2", till="t2") + mapping(till="t3")},
            9,
            "namespaceMapping",
        ),
        ({"version": "2.0", "namespace": "there"}, 9, "namespace"),
        ({"version": "2.1", "namespace": "there"}, 8, "namespace"),
        (
            {
                "version": "2.0",
                "namespace": "there",
                "namespaceMapping": mapping(shop="s2", till="t2"),
            },
            9,
            "namespace",
        ),
    ],
)
def test_another_mapping_is_refused(api: Api, members: Any, problem: int, name: str) -> None:
    response = clone(api, make_source(api, "shop", "till"), **members)
    assert (number(response), invalid(response)) == (problem, [name])


def test_an_app_that_comes_from_nothing_has_no_namespace_to_go_to(api: Api) -> None:
    body = {"type": "application/astra-app", "version": "2.0", "name": "new", "namespace": "x"}
    response = api.post("k8s/v2/apps", body)
    assert (number(response), invalid(response)) == (8, ["namespace"])

"""NUL, which the schemas allow and no part of the service can store, is problem 9 in every string."""

from typing import Any

import pytest

from tests.conftest import Api, invalid, number

GVK = {"group": "apps", "kind": "Deployment", "version": "v1"}
APP = {"type": "application/astra-app", "version": "2.2", "name": "shop"}


@pytest.mark.parametrize(
    ("members", "name"),
    [
        (
            {"clusterScopedResources": [{"GVK": GVK | {"group": "a\0"}}]},
            "clusterScopedResources[0].GVK.group",
        ),
        (
            {"namespaceScopedResources": [{"namespace": "a", "labelSelectors": ["\0"]}]},
            "namespaceScopedResources[0].labelSelectors[0]",
        ),
        (
            {"restoreFilter": {"resourceSelectionCriteria": "include", "GVKN": [{"kind": "\0"}]}},
            "restoreFilter.GVKN[0].kind",
        ),
        (
            {"metadata": {"labels": [{"name": "a", "value": "\0"}]}},
            "metadata.labels[0].value",
        ),
    ],
)
def test_nul_in_a_part_of_an_app_is_problem_9(api: Api, members: Any, name: str) -> None:
    response = api.post("k8s/v2/apps", APP | members)
    assert (number(response), invalid(response)) == (9, [name])


@pytest.mark.parametrize("member", ["type", "version", "name", "clusterID"])
def test_nul_where_the_schema_does_not_allow_it_is_problem_8(api: Api, member: str) -> None:
    response = api.post("k8s/v2/apps", APP | {member: "a\0"})
    assert (number(response), invalid(response)) == (8, [member])

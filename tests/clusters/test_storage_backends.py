"""storageBackends: what is its own, beside the contract of every resource."""

import json

from tests.conftest import Api, invalid, number

PATH = "topology/v1/storageBackends"
HEAD = {"type": "application/astra-storageBackend", "version": "1.3"}


def add(api: Api, **members: str) -> str:
    """Add a storage backend; return its path."""
    response = api.post(PATH, HEAD | {"backendType": "ontap"} | members)
    assert response.status_code == 201, response.content
    return f"{PATH}/{json.loads(response.content)['id']}"


def test_a_new_backend_is_running_and_managed(api: Api) -> None:
    made = api.read(add(api))
    assert made["backendName"].startswith("ontap-")
    assert (made["state"], made["managedState"], made["healthState"]) == (
        "running",
        "managed",
        "normal",
    )
    assert made["ontap"] == {"authenticationStyle": "basic"}


def test_an_address_is_kept_and_not_given_to_two(api: Api) -> None:
    first, second = add(api), add(api)
    addresses = {"backendManagementIP": "10.44.1.20", "managementIPs": ["10.44.1.20", "10.44.1.21"]}
    assert api.put(first, HEAD | {"ontap": addresses}).status_code == 204
    assert api.read(first)["ontap"] == {"authenticationStyle": "basic"} | addresses
    assert api.put(first, HEAD | {"backendName": "east"}).status_code == 204
    assert api.read(first)["ontap"] == {"authenticationStyle": "basic"} | addresses
    refused = api.put(second, HEAD | {"ontap": addresses})
    assert (number(refused), invalid(refused)) == (139, ["ontap.backendManagementIP"])


def test_an_empty_address_is_none(api: Api) -> None:
    for path in (add(api), add(api)):
        assert api.put(path, HEAD | {"ontap": {"backendManagementIP": ""}}).status_code == 204
        assert api.read(path)["ontap"] == {"authenticationStyle": "basic"}


def test_a_configuration_and_a_desired_state_are_kept(api: Api) -> None:
    path = add(api)
    wanted = {"configVersion": "7", "stateDesired": "running"}
    assert api.put(path, HEAD | wanted).status_code == 204
    assert wanted.items() <= api.read(path).items()
    refused = api.put(path, HEAD | {"state": "failed"})
    assert (number(refused), invalid(refused)) == (10, ["state"])

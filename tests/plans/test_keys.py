"""What is looked up by its id is found by its primary key, whatever the planner has been told."""

import uuid
from typing import Any

import pytest
from django.db.models import Exists, QuerySet

from astra.resources import places, registry
from astra.resources.places import Place
from astra.resources.reach import WHOLE_ACCOUNT, narrowed
from astra.resources.resource import Resource
from tests.admin.conftest import some_of_everything
from tests.plans.plans import MILLION, any_is_empty, plant, scans_of

pytestmark = pytest.mark.django_db

SOME: uuid.UUID = uuid.UUID("54fe651d-3d3b-4fa8-b85c-5db757885ff3")
PLACES = [
    pytest.param(resource, place, id=place.path)
    for resource in registry.resources()
    for place in resource.places
    if resource.model._meta.managed
]


@pytest.fixture(autouse=True)
def one_of_each() -> None:
    """Let every table have a page: one that a row was taken back from does."""
    if any_is_empty():
        some_of_everything()


PARENTS = sorted(
    {
        kind
        for resource in registry.resources()
        for place in resource.places
        for kind in place.parents
    }
)


def ids_of(place: Place) -> dict[str, Any]:
    return {f"{kind}_id": SOME for kind in place.parents}


def key_of(table: str) -> str:
    return f"{table}_pkey"


# Who is in a group is found from the user or from the group, and so are the few bindings of a group
# that a path names with a user in it.
FROM_ABOVE = {
    "accounts_membership": {"membership_is_unique", "membership_by_group"},
    "accounts_rolebinding": {"role_binding_of_group"},
}


def assert_by_key(rows: "QuerySet[Any]") -> None:
    read = scans_of(rows)
    assert read
    through_group = FROM_ABOVE if "accounts_membership" in read else {}
    for table, how in read.items():
        assert how <= {key_of(table)} | through_group.get(table, set()), (table, how)


@pytest.mark.parametrize("counted", [None, 1_000, MILLION])
@pytest.mark.parametrize(("resource", "place"), PLACES)
def test_an_instance_is_found_by_its_key(
    resource: Resource, place: Place, counted: int | None
) -> None:
    plant(counted)
    rows = places.of_instance(resource, place, SOME, ids_of(place))
    assert_by_key(rows.filter(id=SOME).order_by())


@pytest.mark.parametrize("counted", [None, 1_000, MILLION])
@pytest.mark.parametrize("kind", PARENTS)
def test_a_parent_is_found_by_its_key(kind: str, counted: int | None) -> None:
    plant(counted)
    assert_by_key(registry.resource(kind).by_key(SOME, SOME))


KEPT = [
    pytest.param(resource, place, id=place.path)
    for resource in registry.resources()
    for place in resource.places
    if resource.model._meta.managed and resource.within is not WHOLE_ACCOUNT
]
# Beside what is looked for: the namespaces of an app's cluster are read from the cluster.
FROM_CLUSTER = {"clusters_namespace": {"namespace_of_cluster", "namespace_name_is_unique"}}


@pytest.mark.parametrize("counted", [None, 1_000, MILLION])
@pytest.mark.parametrize(("resource", "place"), KEPT)
def test_an_instance_is_found_by_its_key_for_a_constrained_role_too(
    resource: Resource, place: Place, counted: int | None
) -> None:
    plant(counted)
    scope = frozenset({f"namespaces:id='{SOME}'.*", "namespaces:kubernetesLabels='a=b'.*"})
    rows = places.of_instance(resource, place, SOME, ids_of(place)).filter(id=SOME).order_by()
    parents = places.parents(place, SOME, ids_of(place))
    above = (
        narrowed(registry.resource(kind), each, scope)
        for kind, each in zip(place.parents, parents, strict=True)
    )
    read = scans_of(narrowed(resource, rows, scope).filter(*map(Exists, above)))
    for table, how in read.items():
        assert how <= {key_of(table)} | FROM_CLUSTER.get(table, set()), (table, how)

"""What a constrained role sees and changes of every resource, at every path of it."""

from typing import Any

import pytest

from astra.accounts.models import User
from astra.resources import registry
from astra.resources.members import ABSENT
from astra.resources.places import Place
from astra.resources.reach import WHOLE_ACCOUNT
from astra.resources.resource import Resource
from backups.resources.schedules import SCHEDULE
from tests import samples, world
from tests.conftest import Api, number
from tests.reach.estate import Estate

PLACES = [
    (resource, place)
    for resource in registry.resources()
    for place in resource.places
    # The account itself is its caller's; nobody has a directory here.
    if not place.is_top and not resource.kind.name.startswith("ldap")
]


def at_each(places: list[tuple[Resource, Place]]) -> pytest.MarkDecorator:
    """Repeat a test at these paths."""
    names = [f"{resource.kind.name}-{place.path}" for resource, place in places]
    return pytest.mark.parametrize(("resource", "place"), places, ids=names)


of_every_resource = at_each(PLACES)
of_what_is_kept = at_each([each for each in PLACES if each[0].within is not WHOLE_ACCOUNT])


def listed(caller: Api, path: str) -> dict[str, Any]:
    return {item["id"]: item for item in caller.read(path)["items"]}


def is_below_a_side(place: Place) -> bool:
    """Tell whether a parent of the path is on a side."""
    return any(registry.resource(kind).within is not WHOLE_ACCOUNT for kind in place.parents)


def test_a_resource_that_does_not_say_what_it_is_within_is_refused() -> None:
    said = {name: getattr(SCHEDULE, name) for name in ("model", "members", "paths")}
    with pytest.raises(TypeError, match="within"):
        Resource(**said)


@of_every_resource
def test_a_role_that_reaches_everything_sees_everything(
    estate: Estate, resource: Resource, place: Place
) -> None:
    caller = estate.caller("*", role="viewer")
    path = estate.below(place, estate.theirs, caller)
    assert listed(caller, path) == listed(estate.owner, path)


@of_every_resource
def test_a_constrained_role_sees_what_is_the_account_s_and_what_it_reaches(
    estate: Estate, resource: Resource, place: Place
) -> None:
    caller = estate.caller(estate.ours.constraint, role="viewer")
    path = estate.below(place, estate.ours, caller)
    everything = set(listed(estate.owner, path))
    kept = set() if resource.within is WHOLE_ACCOUNT else estate.ids_of(resource, estate.theirs)
    seen = listed(caller, path)
    assert set(seen) == everything - kept
    assert resource.within is WHOLE_ACCOUNT or is_below_a_side(place) or kept & everything
    for identifier in list(seen)[:2]:
        assert caller.read(f"{path}/{identifier}") == seen[identifier]


@of_what_is_kept
def test_what_is_not_reached_is_not_there(estate: Estate, resource: Resource, place: Place) -> None:
    caller = estate.caller(estate.ours.constraint)
    path = estate.below(place, estate.theirs, caller)
    unseen = estate.ids_of(resource, estate.theirs) & set(listed(estate.owner, path))
    assert unseen
    if is_below_a_side(place):
        assert number(caller.get(path)) == 2
        if "POST" in place.methods:
            body = samples.body(resource, estate.account)
            assert number(caller.post(path, body)) == 2
    for identifier in unseen:
        one = f"{path}/{identifier}"
        document = estate.owner.read(one)
        for method in sorted(place.methods - {"POST"}):
            body = unchanged(resource, document) if method == "PUT" else {}
            assert caller.call(method, one, body).status_code == 404, method
        assert estate.owner.read(one) == document


@of_what_is_kept
def test_what_is_seen_alone_is_not_changed(
    estate: Estate, resource: Resource, place: Place
) -> None:
    if resource.write_role == "viewer":
        return
    caller = estate.caller(estate.ours.constraint)
    # Which lets it see everything, and change no more.
    world.bind(User.objects.get(id=caller.user_id), "viewer")
    path = estate.below(place, estate.theirs, caller)
    assert set(listed(caller, path)) == set(listed(estate.owner, path))
    for identifier in estate.ids_of(resource, estate.theirs) & set(listed(caller, path)):
        document = estate.owner.read(f"{path}/{identifier}")
        for method in sorted(place.methods & {"PUT", "DELETE"}):
            body = unchanged(resource, document) if method == "PUT" else {}
            assert number(caller.call(method, f"{path}/{identifier}", body)) == 11
    if "POST" in place.methods and is_below_a_side(place):
        assert number(caller.post(path, samples.body(resource, estate.account))) == 11


def unchanged(resource: Resource, document: dict[str, Any]) -> dict[str, Any]:
    """Return the body of a PUT that sends back what is."""
    sent = {each.name for each in resource.members.members if each.replace is not ABSENT}
    return {name: document[name] for name in document if name in sent | {"type", "version"}}

"""The ways of the picture are those that the code goes: each is walked, stop by stop."""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

import pytest
from django.utils.module_loading import import_string

from astra.accounts.models import Account
from astra.engine.worker import Worker
from backups.models import App, Bucket
from docs.pictures.ways import CLOCK, REQUEST, SETTLE, WAYS, Stop, Way
from tests.conftest import Api
from tests.control import Control
from tests.samples import HOURLY as SCHEDULE

SNAP = {"type": "application/astra-appSnap", "version": "1.1"}


@contextmanager
def passed() -> Iterator[list[str]]:
    """Collect the functions that are called within the block, in order."""
    functions: list[str] = []

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            functions.append(f"{frame.f_globals.get('__name__')}:{frame.f_code.co_qualname}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield functions
    finally:
        sys.setprofile(before)


def found(stop: Stop) -> Any:
    """Return what a stop names; raises where it is not there."""
    module, _, name = stop.function.partition(":")
    first, *rest = name.split(".")
    thing = import_string(f"{module}.{first}")
    for each in rest:
        thing = getattr(thing, each)
    return thing


def assert_walked(way: Way, functions: list[str]) -> None:
    """Every stop that is a function is called, each after the one before."""
    ahead = iter(functions)
    for stop in way.stops:
        if inspect.isroutine(found(stop)):
            assert stop.function in ahead, f"{stop.function} is not passed in its place"


@pytest.fixture
def ruled(api: Api, control: Control) -> None:
    """The account has a rule, which matches nothing: it is asked, and that is all."""
    rule = {"match": {"name": "nothing"}, "effect": {"type": "delay", "seconds": 1}}
    assert control.post(f"accounts/{api.account.id}/faults", rule).status_code == 201


@pytest.mark.parametrize("stop", [stop for way in WAYS for stop in way.stops], ids=str)
def test_every_stop_is_there(stop: Stop) -> None:
    assert found(stop) is not None


def test_a_request_goes_its_way(api: Api, app: App, bucket: Bucket, ruled: None) -> None:
    with passed() as functions:
        response = api.post(f"k8s/v1/apps/{app.id}/appSnaps", SNAP)
    assert response.status_code == 201
    assert_walked(REQUEST, functions)


def test_a_clock_goes_its_way(api: Api, control: Control) -> None:
    with passed() as functions:
        response = control.post(f"accounts/{api.account.id}/clock/advance", {"by": "PT1M"})
    assert response.status_code == 200
    assert_walked(CLOCK, functions)


def test_settling_goes_its_way(api: Api, app: App, bucket: Bucket, ruled: None) -> None:
    assert api.post(f"k8s/v1/apps/{app.id}/schedules", SCHEDULE).status_code == 201
    assert api.post(f"k8s/v1/apps/{app.id}/appSnaps", SNAP).status_code == 201
    later = api.account.clock_sim + timedelta(hours=1)
    Account.objects.filter(id=api.account.id).update(clock_sim=later)
    with passed() as functions:
        Worker(lambda seconds: False).advance()
    assert_walked(SETTLE, functions)

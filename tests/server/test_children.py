"""How often a child is started again."""

import pytest
from django.core.management.base import CommandError

from astra.server import children
from astra.server.children import Child


class Program:
    """A program that the test ends."""

    def __init__(self) -> None:
        self.starts = 0
        self.code: int | None = None

    def start(self) -> None:
        self.starts += 1
        self.code = None

    def exit_code(self) -> int | None:
        return self.code


class Watch:
    """The monotonic clock of the module under test."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(children, "time", watch)
    return watch


def test_a_running_child_is_left_alone(watch: Watch) -> None:
    program = Program()
    child = Child("web", program.start, program.exit_code)
    child.start()
    assert child.revive() is None
    assert program.starts == 1


def test_a_child_that_ended_is_started_again_after_a_delay(watch: Watch) -> None:
    program = Program()
    child = Child("web", program.start, program.exit_code)
    child.start()
    program.code = -9
    assert child.revive() == "web ended (by SIGKILL); starting it again"
    assert child.revive() is None
    assert program.starts == 1
    watch.seconds += 0.3
    child.revive()
    assert program.starts == 2


def test_a_child_that_never_stays_up_stops_everything(watch: Watch) -> None:
    program = Program()
    child = Child("web", program.start, program.exit_code)
    child.start()
    for attempt in range(4):
        program.code = 3
        assert child.revive() == "web ended (exit code 3); starting it again"
        watch.seconds += 10
        child.revive()
        assert program.starts == attempt + 2
    program.code = 3
    with pytest.raises(CommandError, match=r"web ended \(exit code 3\), 5 times in a row"):
        child.revive()


def test_accidents_far_apart_do_not_add_up(watch: Watch) -> None:
    program = Program()
    child = Child("web", program.start, program.exit_code)
    child.start()
    for _ in range(20):
        watch.seconds += 60
        program.code = -9
        child.revive()
        watch.seconds += 1
        child.revive()
    assert program.starts == 21

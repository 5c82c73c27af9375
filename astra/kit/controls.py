"""The controls of one account: its clock, its fault rules, its checkpoints, its journal."""

from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any, Unpack

from astra.kit.calls import CallMatch, Entry, JournalPage, Verdict
from astra.kit.errors import ServiceError
from astra.kit.records import Checkpoint, Clock, Explanation, Fault, FaultMatch, Json, Move
from astra.kit.times import iso_duration, iso_instant
from astra.kit.transport import Transport, given, segment

# What the service waits at most before it answers while a clock still moves.
_MOST_WAIT_SECONDS = 300.0
_POLL_SECONDS = 0.05
# `monotonic` and `sleep` are taken by name: tests put `ClockControls.sleep` in the place of `time.sleep`.


class Controls:
    """Some controls of one account."""

    def __init__(self, transport: Transport, account_id: str) -> None:
        """Keep how to reach the account."""
        self.account_id = account_id
        self._transport = transport
        self._path = f"accounts/{segment(account_id)}"


class ClockControls(Controls):
    """The clock of an account."""

    def read(self) -> Clock:
        """Return what it shows."""
        return Clock.from_json(self._transport.call("GET", f"{self._path}/clock").json())

    def set(self, mode: str, *, rate: float | None = None, now: datetime | None = None) -> Clock:
        """Change how time goes (`real`, `scaled` with a rate, `manual`), or move on to ``now``."""
        body = {"mode": mode, "rate": rate, "now": None if now is None else iso_instant(now)}
        return Clock.from_json(
            self._transport.call("PUT", f"{self._path}/clock", given(body)).json()
        )

    def freeze(self) -> Clock:
        """Let it stand still from now on."""
        return self.set("manual")

    def advance(
        self,
        by: timedelta | str | None = None,
        *,
        to: datetime | None = None,
        wait_seconds: float = 30.0,
    ) -> Move:
        """Move it by a duration (or a text such as `1h30m`), or to an instant.

        What takes longer than ``wait_seconds`` goes on by itself: see `Move.is_over` and `wait`.
        """
        body = {
            "by": None if by is None else iso_duration(by),
            "to": None if to is None else iso_instant(to),
        }
        return self._move(given(body), wait_seconds)

    def step(self, *, wait_seconds: float = 30.0) -> Move:
        """Move it to the next instant at which something happens."""
        return self._move({"step": True}, wait_seconds)

    def drain(self, *, wait_seconds: float = 30.0) -> Move:
        """Move it on until nothing is under way."""
        return self._move({"drain": True}, wait_seconds)

    def wait(self, *, timeout_seconds: float = 60.0) -> Clock:
        """Wait until it is no longer on its way. Raises `ServiceError` after the time-out."""
        deadline = monotonic() + timeout_seconds
        while (clock := self.read()).status != "ready":
            if monotonic() > deadline:
                raise ServiceError(f"the clock is still on its way after {timeout_seconds:g} s")
            sleep(_POLL_SECONDS)
        return clock

    def sleep(self, seconds: float) -> None:
        """Stand in for `time.sleep`: the account's time passes, real time does not."""
        move = self.advance(timedelta(seconds=seconds), wait_seconds=_MOST_WAIT_SECONDS)
        if not move.is_over:
            self.wait()

    def monotonic(self) -> float:
        """Stand in for `time.monotonic`: seconds of the account's clock."""
        return self.read().now.timestamp()

    def _move(self, body: dict[str, Any], wait_seconds: float) -> Move:
        answer = self._transport.call(
            "POST",
            f"{self._path}/clock/advance",
            body | {"wait": wait_seconds},
            wait_seconds=wait_seconds,
        )
        return Move.from_json(answer.json(), is_over=answer.status == 200)


class FaultControls(Controls):
    """The fault rules of an account; `docs/faults.md` says what they match and do."""

    def add(
        self,
        effect: str,
        *,
        match: FaultMatch | None = None,
        name: str | None = None,
        **parameters: Any,
    ) -> Fault:
        """Add a rule behind those there are: `add("backup-fail", at=0.4, match={"next": 1})`."""
        body = {"name": name, "match": match, "effect": {"type": effect, **parameters}}
        return Fault.from_json(
            self._transport.call("POST", f"{self._path}/faults", given(body)).json()
        )

    def list(self) -> tuple[Fault, ...]:
        """Return the rules, in the order in which they are asked."""
        items = self._transport.call("GET", f"{self._path}/faults").json()["items"]
        return tuple(Fault.from_json(item) for item in items)

    def get(self, fault_id: str) -> Fault:
        """Return a rule, with its hits."""
        path = f"{self._path}/faults/{segment(fault_id)}"
        return Fault.from_json(self._transport.call("GET", path).json())

    def delete(self, fault_id: str) -> None:
        """Delete a rule; what it decided stays."""
        self._transport.call("DELETE", f"{self._path}/faults/{segment(fault_id)}")

    def clear(self) -> None:
        """Delete all rules."""
        self._transport.call("DELETE", f"{self._path}/faults")

    def explain(self, method: str, path: str, body: Any = None) -> tuple[Explanation, ...]:
        """Return for each rule whether it would act on a call, and if not, why."""
        call = given({"method": method, "path": path, "body": body})
        answer = self._transport.call("POST", f"{self._path}/faults/explain", call)
        return tuple(Explanation.from_json(item) for item in answer.json()["items"])


class CheckpointControls(Controls):
    """The saved states of an account."""

    def save(self, name: str) -> Checkpoint:
        """Save the complete state under a name."""
        answer = self._transport.call("POST", f"{self._path}/checkpoints", {"name": name})
        return Checkpoint.from_json(answer.json())

    def list(self) -> tuple[Checkpoint, ...]:
        """Return the checkpoints, oldest first."""
        items = self._transport.call("GET", f"{self._path}/checkpoints").json()["items"]
        return tuple(Checkpoint.from_json(item) for item in items)

    def restore(self, name: str) -> None:
        """Bring a saved state back exactly."""
        self._transport.call("POST", f"{self._named(name)}/restore")

    def delete(self, name: str) -> None:
        """Delete a checkpoint; the account stays as it is."""
        self._transport.call("DELETE", self._named(name))

    def export(self, name: str) -> bytes:
        """Return a checkpoint as a file; treat it like the account's tokens."""
        return self._transport.call("GET", self._named(name)).data

    def import_(self, name: str, file: bytes | Json) -> Checkpoint:
        """Import an exported file under a name, into the account that it came from."""
        return Checkpoint.from_json(self._transport.call("PUT", self._named(name), file).json())

    def _named(self, name: str) -> str:
        return f"{self._path}/checkpoints/{segment(name)}"


class JournalControls(Controls):
    """The calls that an account had."""

    def search(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        after: int | None = None,
        order: str | None = None,
        **match: Unpack[CallMatch],
    ) -> JournalPage:
        """Return the calls that match, a text ``body`` being looked for in both bodies.

        ``order`` is `asc` or `desc`; ``after`` a sequence number, behind which the page begins.
        """
        query = _criteria(match, since, until) | {"limit": limit, "after": after, "order": order}
        answer = self._transport.call("GET", f"{self._path}/journal", query=query)
        return JournalPage.from_json(answer.json())

    def get(self, sequence: int) -> Entry:
        """Return one call."""
        answer = self._transport.call("GET", f"{self._path}/journal/{sequence}")
        return Entry.from_json(answer.json())

    def clear(self) -> None:
        """Forget all calls."""
        self._transport.call("DELETE", f"{self._path}/journal")

    def verify(
        self,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        exactly: int | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        **match: Unpack[CallMatch],
    ) -> Verdict:
        """Say whether so many calls match; at least one, if no number is given.

        Of a JSON ``body``, a part is enough.
        """
        counts = {"atLeast": at_least, "atMost": at_most, "exactly": exactly}
        return self._verify({"match": _criteria(match, since, until), **given(counts)})

    def verify_in_order(self, *matches: CallMatch) -> Verdict:
        """Say whether such calls came in this order, whatever came between them."""
        return self._verify({"inOrder": matches})

    def script(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        **match: Unpack[CallMatch],
    ) -> str:
        """Return the calls that match as a shell script that makes them again."""
        query = _criteria(match, since, until)
        return self._transport.call("GET", f"{self._path}/journal/script", query=query).text()

    def _verify(self, body: dict[str, Any]) -> Verdict:
        answer = self._transport.call("POST", f"{self._path}/journal/verify", body)
        return Verdict.from_json(answer.json())


def _criteria(match: CallMatch, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    times = {
        "since": None if since is None else iso_instant(since),
        "until": None if until is None else iso_instant(until),
    }
    return {**match, **given(times)}

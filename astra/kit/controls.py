"""The controls of one account: its clock, fault rules, checkpoints, journal, tokens and webhook."""

from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any, Unpack

from .errors import ServiceError
from .reading import Json, iso_duration, iso_instant
from .records import (
    CallMatch,
    Checkpoint,
    Clock,
    Criteria,
    Entry,
    Explanation,
    Fault,
    FaultMatch,
    JournalPage,
    Move,
    Token,
    Verdict,
    Webhook,
)
from .transport import Paths, Transport, given

# What the service waits at most before it answers while a clock still moves.
_MOST_WAIT_SECONDS = 300.0
_POLL_SECONDS = 0.05
# `monotonic` and `sleep` are taken by name: tests put `ClockControls.sleep` in the place of `time.sleep`.


class Controls:
    """Some controls of a service; ``steps``: what their paths begin with."""

    def __init__(self, transport: Transport, *steps: str) -> None:
        self._paths = Paths(transport, *steps)


class ClockControls(Controls):
    """The clock of an account."""

    def read(self) -> Clock:
        """Return what it shows."""
        return self._paths.read(Clock, "GET")

    def set(self, mode: str, *, rate: float | None = None, now: datetime | None = None) -> Clock:
        """Change how time goes (`real`, `scaled` with a rate, `manual`), or move on to ``now``."""
        body = {"mode": mode, "rate": rate, "now": None if now is None else iso_instant(now)}
        return self._paths.read(Clock, "PUT", body=given(body))

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
        body = body | {"wait": wait_seconds}
        answer = self._paths.call("POST", "advance", body=body, wait_seconds=wait_seconds)
        return Move.from_json(answer.json(), is_over=answer.status == 200)


class FaultControls(Controls):
    """The fault rules of an account; `docs/faults.md` says what they match and do."""

    def add(
        self,
        effect: str,
        *,
        match: FaultMatch | None = None,
        name: str | None = None,
        enabled: bool | None = None,
        **parameters: Any,
    ) -> Fault:
        """Add a rule behind those there are: `add("backup-fail", at=0.4, match={"next": 1})`.

        ``enabled``: ``False`` for one that is switched off.
        """
        body = _rule(effect, parameters, match=match, name=name, enabled=enabled)
        return self._paths.read(Fault, "POST", body=body)

    def replace(
        self,
        fault_id: str,
        effect: str,
        *,
        match: FaultMatch | None = None,
        name: str | None = None,
        enabled: bool | None = None,
        **parameters: Any,
    ) -> Fault:
        """Let a rule be what `add` would make of the same; it keeps its id and its place.

        It counts anew if that changes what it matches or does.
        """
        body = _rule(effect, parameters, match=match, name=name, enabled=enabled)
        return self._paths.read(Fault, "PUT", fault_id, body=body)

    def list(self) -> tuple[Fault, ...]:
        """Return the rules, in the order in which they are asked."""
        return self._paths.items(Fault)

    def get(self, fault_id: str) -> Fault:
        """Return a rule, with its hits."""
        return self._paths.read(Fault, "GET", fault_id)

    def delete(self, fault_id: str) -> None:
        """Delete a rule; what it decided stays."""
        self._paths.call("DELETE", fault_id)

    def clear(self) -> None:
        """Delete all rules."""
        self._paths.call("DELETE")

    def explain(self, method: str, path: str, body: Any = None) -> tuple[Explanation, ...]:
        """Return for each rule whether it would act on a call, and if not, why."""
        call = given({"method": method, "path": path, "body": body})
        return self._paths.items(Explanation, "POST", "explain", body=call)


class CheckpointControls(Controls):
    """The saved states of an account."""

    def save(self, name: str) -> Checkpoint:
        """Save the complete state under a name."""
        return self._paths.read(Checkpoint, "POST", body={"name": name})

    def list(self) -> tuple[Checkpoint, ...]:
        """Return the checkpoints, oldest first."""
        return self._paths.items(Checkpoint)

    def restore(self, name: str) -> None:
        """Bring a saved state back exactly."""
        self._paths.call("POST", name, "restore")

    def delete(self, name: str) -> None:
        """Delete a checkpoint; the account stays as it is."""
        self._paths.call("DELETE", name)

    def export(self, name: str) -> bytes:
        """Return a checkpoint as a file; treat it like the account's tokens."""
        return self._paths.call("GET", name).data

    def import_(self, name: str, file: bytes | Json) -> Checkpoint:
        """Import an exported file under a name, into the account that it came from."""
        return self._paths.read(Checkpoint, "PUT", name, body=file)


class TokenControls(Controls):
    """The tokens of an account's users."""

    def new(
        self,
        email: str | None = None,
        *,
        name: str | None = None,
        expires_in: timedelta | str | None = None,
    ) -> Token:
        """Issue one: of the user with the email, else of the account's first owner."""
        life = None if expires_in is None else iso_duration(expires_in)
        body = given({"email": email, "name": name, "expiresIn": life})
        return self._paths.read(Token, "POST", body=body)

    def revoke(self, token_id: str) -> None:
        """Let a token be good for nothing any more."""
        self._paths.call("DELETE", token_id)


class WebhookControls(Controls):
    """The URL that is called when something of an account ends; `docs/webhooks.md` says how."""

    def set(self, url: str, *, secret: str | None = None) -> Webhook:
        """Set it, and the secret that calls are signed with; the answer alone has that.

        The service makes a secret where none is given.
        """
        return self._paths.read(Webhook, "PUT", body=given({"url": url, "secret": secret}))

    def get(self) -> Webhook:
        """Return it, with what waits, what was dropped and what went wrong last."""
        return self._paths.read(Webhook, "GET")

    def delete(self) -> None:
        """Let nobody be called any more; what waits goes."""
        self._paths.call("DELETE")


class JournalControls(Controls):
    """The calls that an account had."""

    def search(
        self,
        *,
        limit: int | None = None,
        after: int | None = None,
        order: str | None = None,
        **match: Unpack[Criteria],
    ) -> JournalPage:
        """Return the calls that match, a text ``body`` being looked for in both bodies.

        ``order`` is `asc` or `desc`; ``after`` a sequence number, behind which the page begins.
        """
        query = _sent(match) | {"limit": limit, "after": after, "order": order}
        return self._paths.read(JournalPage, "GET", query=query)

    def get(self, sequence: int) -> Entry:
        """Return one call."""
        return self._paths.read(Entry, "GET", str(sequence))

    def clear(self) -> None:
        """Forget all calls."""
        self._paths.call("DELETE")

    def verify(
        self,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        exactly: int | None = None,
        **match: Unpack[Criteria],
    ) -> Verdict:
        """Say whether so many calls match; at least one, if no number is given.

        Of a JSON ``body``, a part is enough.
        """
        counts = {"atLeast": at_least, "atMost": at_most, "exactly": exactly}
        body = {"match": _sent(match), **given(counts)}
        return self._paths.read(Verdict, "POST", "verify", body=body)

    def verify_in_order(self, *matches: CallMatch) -> Verdict:
        """Say whether such calls came in this order, whatever came between them."""
        return self._paths.read(Verdict, "POST", "verify", body={"inOrder": matches})

    def script(self, **match: Unpack[Criteria]) -> str:
        """Return the calls that match as a shell script that makes them again."""
        return self._paths.call("GET", "script", query=_sent(match)).text()

    def har(self, **match: Unpack[Criteria]) -> str:
        """Return the calls that match as an HTTP Archive (HAR 1.2)."""
        return self._paths.call("GET", "har", query=_sent(match)).text()


def _rule(effect: str, parameters: dict[str, Any], **members: Any) -> dict[str, Any]:
    return given(members | {"effect": {"type": effect, **parameters}})


def _sent(criteria: Criteria) -> dict[str, Any]:
    """Return the criteria as the service takes them."""
    sent: dict[str, Any] = {**criteria}
    for name in ("since", "until"):
        instant = sent.pop(name, None)
        if instant is not None:
            sent[name] = iso_instant(instant)
    return sent

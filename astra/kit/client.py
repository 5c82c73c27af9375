"""A client of the control surface: `Simulator` is where to begin."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from .controls import (
    CheckpointControls,
    ClockControls,
    Controls,
    FaultControls,
    JournalControls,
    TokenControls,
    WebhookControls,
)
from .errors import ServiceError, UnreachableError
from .reading import Json, iso_duration
from .records import (
    Account,
    ClockSetting,
    Readiness,
    Reset,
    Scenario,
    SeedReport,
)
from .transport import TIMEOUT_SECONDS, Transport, given

_POLL_SECONDS = 0.1


class Simulator:
    """A running service, steered through `/simulator/v1`.

    ``with Simulator(url, control_token) as simulator: simulator.accounts.new()``. For HTTPS,
    ``ca_file`` is the service's `tls/ca.pem`. Threads may share one.
    """

    def __init__(
        self,
        base_url: str,
        control_token: str | None = None,
        *,
        ca_file: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """Keep the address; nothing is sent yet. Health and readiness need no token."""
        self._transport = Transport(
            base_url, control_token, ca_file=ca_file, timeout_seconds=timeout_seconds
        )
        self.base_url = self._transport.base_url
        self.accounts = Accounts(self._transport, "accounts")
        self.scenarios = Scenarios(self._transport, "scenarios")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._transport.close()

    def account(self, account_id: str) -> "AccountControls":
        """Return the controls of an account; nothing is sent yet."""
        return AccountControls(self._transport, account_id)

    def reset(self, *, everything: bool = False, force: bool = False) -> Reset:
        """Put all accounts of scenarios that were loaded back, and make those again that are gone.

        ``everything``: accounts made by hand are deleted; ``force``: so are those that were made for
        single tests; while such live, the service refuses otherwise.
        """
        body = {"all": everything, "force": force}
        return Reset.from_json(self._transport.call("POST", "reset", body=body).json())

    def health(self) -> bool:
        """Say whether the service is alive."""
        try:
            return self._transport.call("GET", "health").status == 200
        except UnreachableError:
            return False

    def version(self) -> str | None:
        """Return the version of the service. Raises `UnreachableError` when nothing answers."""
        return self._transport.call("GET", "health").headers.get("X-Astra-Simulator")

    def ready(self) -> Readiness:
        """Ask whether the service can serve. Raises `UnreachableError` when nothing answers."""
        return Readiness.from_json(self._transport.call("GET", "ready", accepts=(503,)).json())

    def is_ready(self) -> bool:
        """Say whether the service can serve; not while nothing answers."""
        return self._why_not_ready() is None

    def wait(self, *, timeout_seconds: float = 60.0) -> None:
        """Wait until the service can serve. Raises `ServiceError` after the time-out."""
        deadline = time.monotonic() + timeout_seconds
        while (reason := self._why_not_ready()) is not None:
            if time.monotonic() > deadline:
                raise ServiceError(f"not ready after {timeout_seconds:g} s: {reason}")
            time.sleep(_POLL_SECONDS)

    def _why_not_ready(self) -> str | None:
        try:
            readiness = self.ready()
        except UnreachableError as error:
            return str(error)
        return None if readiness.is_ready else " ".join(readiness.reasons)


class Accounts(Controls):
    """All accounts of the service."""

    def new(
        self,
        scenario: str | Json | None = None,
        *,
        parameters: Mapping[str, float] | None = None,
        name: str | None = None,
        clock: str | ClockSetting | None = None,
        ttl: timedelta | str | None = None,
        seed: int | None = None,
    ) -> Account:
        """Make an account from a scenario (`throwaway`); the answer alone has its token.

        ``clock`` is a mode or a whole setting, ``ttl`` a duration or a text such as `10m`, after
        which the service deletes the account. One seed gives the same ids, one account after another.
        """
        body = {
            "scenario": scenario,
            "parameters": parameters,
            "name": name,
            "clock": {"mode": clock} if isinstance(clock, str) else clock,
            "ttl": None if ttl is None else iso_duration(ttl),
            "seed": seed,
        }
        return self._paths.read(Account, "POST", body=given(body))

    def list(self) -> tuple[Account, ...]:
        """Return all accounts, oldest first, without their apps and buckets."""
        return self._paths.items(Account)

    def get(self, account_id: str) -> Account:
        """Return an account, with its apps and buckets."""
        return self._paths.read(Account, "GET", account_id)

    def reset(self, account_id: str) -> Account:
        """Put an account back to what it was made as: the same ids, the same token."""
        return self._paths.read(Account, "POST", account_id, "reset")

    def delete(self, account_id: str) -> None:
        """Delete an account with everything in it."""
        self._paths.call("DELETE", account_id)


class AccountControls:
    """The controls of one account."""

    def __init__(self, transport: Transport, account_id: str) -> None:
        """Keep how to reach the account."""
        self.account_id = account_id
        self.clock = ClockControls(transport, "accounts", account_id, "clock")
        self.faults = FaultControls(transport, "accounts", account_id, "faults")
        self.checkpoints = CheckpointControls(transport, "accounts", account_id, "checkpoints")
        self.journal = JournalControls(transport, "accounts", account_id, "journal")
        self.tokens = TokenControls(transport, "accounts", account_id, "tokens")
        self.webhook = WebhookControls(transport, "accounts", account_id, "webhook")


class Scenarios(Controls):
    """The scenarios of the service's library, and those that are sent to it."""

    def list(self) -> tuple[Scenario, ...]:
        """Return the scenarios of the library."""
        return self._paths.items(Scenario)

    def seed(
        self,
        name: str,
        document: str | Json | None = None,
        *,
        parameters: Mapping[str, float] | None = None,
    ) -> SeedReport:
        """Load a scenario: of the library, or a document (YAML, or an object) of that name."""
        return self._send(document, parameters, name)

    def preview(
        self,
        name: str,
        document: str | Json | None = None,
        *,
        parameters: Mapping[str, float] | None = None,
    ) -> SeedReport:
        """Say what `seed` would do."""
        return self._send(document, parameters, name, "preview")

    def _send(
        self, document: Any, parameters: Mapping[str, float] | None, *steps: str
    ) -> SeedReport:
        kind = "application/yaml" if isinstance(document, str) else "application/json"
        return self._paths.read(
            SeedReport, "POST", *steps, body=document, query=parameters, content_type=kind
        )

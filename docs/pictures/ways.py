"""Three ways through the service, stop by stop: what `architecture.svg` draws and the tests walk.

A stop is a function, so it can be looked up, and a test sees whether it is passed in this order.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """A function that a way passes, as `module:qualified name`.

    ``told``: whoever calls it may not import it, and was told of it by a registry.
    """

    function: str
    what: str
    told: bool = False

    @property
    def module(self) -> str:
        """The module of the function."""
        return self.function.partition(":")[0]


@dataclass(frozen=True)
class Way:
    """A way, with its colour in the picture."""

    name: str
    title: str
    colour: str
    stops: tuple[Stop, ...]


REQUEST = Way(
    "request",
    "A request: POST …/appSnaps",
    "#1f6feb",
    (
        Stop("astra.api.middleware:SimulatorMiddleware.__call__", "tidies the path"),
        Stop("astra.urls:urlpatterns", "says whose view that is"),
        Stop("astra.api.views:ApiView.initial", "refuses in the pinned order"),
        Stop("astra.accounts.callers:caller_of", "who calls: one statement"),
        Stop("astra.api.views:ApiView._check_role", "account, ids, method, role"),
        Stop("astra.faults.requests:intercept", "fault rules, if there are any", told=True),
        Stop("astra.api.query:parse_query", "the query, then Accept"),
        Stop("astra.resources.views:ResourceCollection.post", "the view: parse, act, render"),
        Stop("astra.api.media:read_json", "JSON"),
        Stop("astra.api.serializers:ClosedSerializer.parse", "the rules of every member"),
        Stop("astra.resources.actions:create_row", "the action, usual or own"),
        Stop("backups.actions.app_snaps:app_snap_create", "here its own", told=True),
        Stop("astra.resources.shapes:Members.represent", "the row as JSON"),
        Stop("astra.api.media:json_response", "the answer, with its ETag"),
        Stop("astra.journal.recording:record", "written down", told=True),
    ),
)

CLOCK = Way(
    "clock",
    "A clock is moved: POST …/clock/advance",
    "#bf8700",
    (
        Stop("astra.engine.views:ClockAdvance.post", "by, to, step or drain"),
        Stop("astra.engine.clocks:clock_advance", "where to"),
        Stop("astra.engine.barriers:advance_to", "barrier by barrier, as on the right"),
        Stop("astra.accounts.clocks:clock_instant", "where it stands: the formula"),
        Stop("astra.api.clock:timestamp", "as the API writes instants"),
    ),
)

SETTLE = Way(
    "settle",
    "What is due is settled: the worker",
    "#1a7f37",
    (
        Stop("astra.engine.worker:Worker.advance", "one pass"),
        Stop("astra.engine.advancing:due_accounts", "which accounts, until when"),
        Stop("astra.engine.barriers:advance_to", "up to each barrier in turn:"),
        Stop("astra.api.clock:real_now", "the real instant"),
        Stop("astra.engine.settling:settle_due", "all due hops, a statement per kind"),
        Stop("backups.actions.retention:retain", "what need not be kept goes", told=True),
        Stop("backups.actions.schedule_fire:fire_schedules", "what is due now fires", told=True),
        Stop("astra.faults.fates:fate_rules", "fault rules, if there are any"),
    ),
)

WAYS = (REQUEST, CLOCK, SETTLE)

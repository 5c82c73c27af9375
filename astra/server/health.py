"""`GET /simulator/v1/health` and `/ready`: alive, and able to serve. Neither needs a token."""

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from astra.accounts.models import Account
from astra.api.media import json_response
from astra.database.patience import within
from astra.engine.pulse import beat, worker_is_alive
from astra.scenarios.models import SeededScenario
from astra.server.entrance import authority
from astra.server.measuring import MetricsView


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process can."""
    return json_response({"status": "alive"}, tag=False)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 once everything the service needs is there, else 503 with the reasons."""
    reasons = unready_reasons()
    if not reasons:
        return json_response({"status": "ready", "reasons": []}, tag=False)
    response = json_response({"status": "unready", "reasons": reasons}, status=503, tag=False)
    response["Retry-After"] = "1"
    return response


def unready_reasons() -> list[str]:
    """Return why the service cannot serve yet; empty when it can."""
    with within(settings.ASTRA.call_seconds):
        return _unready_reasons()


def _unready_reasons() -> list[str]:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return ["Migrations are missing."]
        reasons = []
        if not _is_seeded(settings.ASTRA.start_scenario):
            reasons.append(f"The scenario {settings.ASTRA.start_scenario} is not seeded.")
        if not worker_is_alive():
            reasons.append("No lifecycle worker is alive.")
        return [*reasons, *_unwritable()]
    except (DatabaseError, InterfaceError):
        connection.close()
        return ["The database does not answer."]


def _unwritable() -> list[str]:
    try:
        beat("ready")
    except DatabaseError:
        return ["The database cannot be written to."]
    return []


def _is_seeded(scenario: str) -> bool:
    """Tell whether the start scenario is loaded, or never will be, because others were before it.

    A load is one transaction: where there is an account, there is all of its scenario.
    """
    return (
        not scenario
        or SeededScenario.objects.filter(name=scenario).exists()
        or Account.objects.exists()
    )


urlpatterns = [
    path("ca.pem", authority, name="ca"),
    path("health", health, name="health"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("ready", ready, name="ready"),
]

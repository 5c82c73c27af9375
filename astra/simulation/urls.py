"""The paths of the control surface, below `/simulator/v1`."""

from django.urls import path

from astra.simulation import clock_views, health, scenario_views
from astra.simulation.faults import views as fault_views
from astra.simulation.isolation import checkpoint_views
from astra.simulation.isolation import views as account_views
from astra.simulation.journal import views as journal_views

urlpatterns = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("accounts/<str:account_id>/clock", clock_views.Clock.as_view(), name="clock"),
    path(
        "accounts/<str:account_id>/clock/advance",
        clock_views.ClockAdvance.as_view(),
        name="clock-advance",
    ),
    path("accounts/<str:account_id>/faults", fault_views.FaultRules.as_view(), name="faults"),
    path(
        "accounts/<str:account_id>/faults/explain",
        fault_views.FaultExplanation.as_view(),
        name="faults-explain",
    ),
    path(
        "accounts/<str:account_id>/faults/<str:fault_id>",
        fault_views.FaultRuleInstance.as_view(),
        name="fault",
    ),
    path("accounts/<str:account_id>/journal", journal_views.Journal.as_view(), name="journal"),
    path(
        "accounts/<str:account_id>/journal/verify",
        journal_views.JournalVerification.as_view(),
        name="journal-verify",
    ),
    path(
        "accounts/<str:account_id>/journal/script",
        journal_views.JournalScript.as_view(),
        name="journal-script",
    ),
    path(
        "accounts/<str:account_id>/journal/<str:sequence>",
        journal_views.JournalEntryInstance.as_view(),
        name="journal-entry",
    ),
    path("scenario.schema.json", scenario_views.ScenarioSchema.as_view(), name="scenario-schema"),
    path("scenarios", scenario_views.Scenarios.as_view(), name="scenarios"),
    path("scenarios/<str:name>", scenario_views.ScenarioInstance.as_view(), name="scenario"),
    path(
        "scenarios/<str:name>/preview",
        scenario_views.ScenarioPreview.as_view(),
        name="scenario-preview",
    ),
    path("accounts", account_views.Accounts.as_view(), name="accounts"),
    path("accounts/<str:account_id>", account_views.AccountInstance.as_view(), name="account"),
    path(
        "accounts/<str:account_id>/reset",
        account_views.AccountReset.as_view(),
        name="account-reset",
    ),
    path(
        "accounts/<str:account_id>/checkpoints",
        checkpoint_views.Checkpoints.as_view(),
        name="checkpoints",
    ),
    path(
        "accounts/<str:account_id>/checkpoints/<str:name>",
        checkpoint_views.CheckpointInstance.as_view(),
        name="checkpoint",
    ),
    path(
        "accounts/<str:account_id>/checkpoints/<str:name>/restore",
        checkpoint_views.CheckpointRestore.as_view(),
        name="checkpoint-restore",
    ),
]

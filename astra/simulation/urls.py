"""The paths of the control surface, below `/simulator/v1`."""

from django.urls import path

from astra.simulation import health, scenario_views

urlpatterns = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("scenario.schema.json", scenario_views.ScenarioSchema.as_view(), name="scenario-schema"),
    path("scenarios", scenario_views.Scenarios.as_view(), name="scenarios"),
    path("scenarios/<str:name>", scenario_views.ScenarioInstance.as_view(), name="scenario"),
    path(
        "scenarios/<str:name>/preview",
        scenario_views.ScenarioPreview.as_view(),
        name="scenario-preview",
    ),
]

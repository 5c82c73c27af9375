"""The paths of scenarios, below `/simulator/v1`."""

from django.urls import path

from astra.scenarios import views

urlpatterns = [
    path("scenario.schema.json", views.ScenarioSchema.as_view(), name="scenario-schema"),
    path("scenarios", views.Scenarios.as_view(), name="scenarios"),
    path("scenarios/<str:name>", views.ScenarioInstance.as_view(), name="scenario"),
    path("scenarios/<str:name>/preview", views.ScenarioPreview.as_view(), name="scenario-preview"),
]

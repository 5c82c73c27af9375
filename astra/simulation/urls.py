"""The paths of the control surface, below `/simulator/v1`."""

from django.urls import path

from astra.simulation import health

urlpatterns = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
]

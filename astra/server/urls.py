"""The paths of health and readiness, below `/simulator/v1`."""

from django.urls import path

from astra.server import health

urlpatterns = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
]

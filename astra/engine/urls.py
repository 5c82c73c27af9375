"""The paths of clocks, below an account of `/simulator/v1`."""

from django.urls import path

from astra.engine import views

urlpatterns = [
    path("clock", views.Clock.as_view(), name="clock"),
    path("clock/advance", views.ClockAdvance.as_view(), name="clock-advance"),
]

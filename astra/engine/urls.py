"""The paths of clocks, below `/simulator/v1`."""

from django.urls import path

from astra.engine import views

urlpatterns = [
    path("accounts/<str:account_id>/clock", views.Clock.as_view(), name="clock"),
    path(
        "accounts/<str:account_id>/clock/advance",
        views.ClockAdvance.as_view(),
        name="clock-advance",
    ),
]

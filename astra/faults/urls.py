"""The paths of fault rules, below `/simulator/v1`."""

from django.urls import path

from astra.faults import views

urlpatterns = [
    path("accounts/<str:account_id>/faults", views.FaultRules.as_view(), name="faults"),
    path(
        "accounts/<str:account_id>/faults/explain",
        views.FaultExplanation.as_view(),
        name="faults-explain",
    ),
    path(
        "accounts/<str:account_id>/faults/<str:fault_id>",
        views.FaultRuleInstance.as_view(),
        name="fault",
    ),
]

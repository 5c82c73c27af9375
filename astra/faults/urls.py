"""The paths of fault rules, below an account of `/simulator/v1`."""

from django.urls import path

from astra.faults import views

urlpatterns = [
    path("faults", views.FaultRules.as_view(), name="faults"),
    path("faults/explain", views.FaultExplanation.as_view(), name="faults-explain"),
    path("faults/<str:fault_id>", views.FaultRuleInstance.as_view(), name="fault"),
]

"""The paths about who calls, below `/accounts`."""

from django.urls import path

from astra.accounts import views

urlpatterns = [
    path("accounts", views.Accounts.as_view(), name="accounts"),
    path("accounts/<str:account_id>", views.AccountInstance.as_view(), name="account"),
]

"""The paths of accounts and their checkpoints, below `/simulator/v1`."""

from django.urls import path

from astra.isolation import checkpoint_views, views

urlpatterns = [
    path("accounts", views.Accounts.as_view(), name="accounts"),
    path("accounts/<str:account_id>", views.AccountInstance.as_view(), name="account"),
    path(
        "accounts/<str:account_id>/reset",
        views.AccountReset.as_view(),
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

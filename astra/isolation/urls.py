"""The paths of accounts and their checkpoints, below `/simulator/v1`."""

from django.urls import include, path

from astra.isolation import checkpoint_views, views

OF_ACCOUNT = [
    path("reset", views.AccountReset.as_view(), name="account-reset"),
    path("checkpoints", checkpoint_views.Checkpoints.as_view(), name="checkpoints"),
    path(
        "checkpoints/<str:name>", checkpoint_views.CheckpointInstance.as_view(), name="checkpoint"
    ),
    path(
        "checkpoints/<str:name>/restore",
        checkpoint_views.CheckpointRestore.as_view(),
        name="checkpoint-restore",
    ),
]

urlpatterns = [
    path("accounts", views.Accounts.as_view(), name="accounts"),
    path("accounts/<str:account_id>", views.AccountInstance.as_view(), name="account"),
    path("accounts/<str:account_id>/", include(OF_ACCOUNT)),
]

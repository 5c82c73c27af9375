"""The paths of journals, below `/simulator/v1`."""

from django.urls import path

from astra.journal import views

urlpatterns = [
    path("accounts/<str:account_id>/journal", views.Journal.as_view(), name="journal"),
    path(
        "accounts/<str:account_id>/journal/verify",
        views.JournalVerification.as_view(),
        name="journal-verify",
    ),
    path(
        "accounts/<str:account_id>/journal/script",
        views.JournalScript.as_view(),
        name="journal-script",
    ),
    path(
        "accounts/<str:account_id>/journal/<str:sequence>",
        views.JournalEntryInstance.as_view(),
        name="journal-entry",
    ),
]

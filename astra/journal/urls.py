"""The paths of journals, below an account of `/simulator/v1`."""

from django.urls import path

from astra.journal import views

urlpatterns = [
    path("journal", views.Journal.as_view(), name="journal"),
    path("journal/verify", views.JournalVerification.as_view(), name="journal-verify"),
    path("journal/script", views.JournalScript.as_view(), name="journal-script"),
    path("journal/<str:sequence>", views.JournalEntryInstance.as_view(), name="journal-entry"),
]

"""The document and its page, below `/api`."""

from django.urls import path

from astra.apidocs import views

urlpatterns = [
    path("openapi.json", views.document_as, {"written_as": "json"}, name="openapi-json"),
    path("openapi.yaml", views.document_as, {"written_as": "yaml"}, name="openapi-yaml"),
    path("docs/", views.page, name="openapi-page"),
]

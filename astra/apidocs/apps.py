"""Django's entry to the documents of the API."""

from django.apps import AppConfig


class ApiDocsConfig(AppConfig):
    """The OpenAPI document, its page, and the page on fidelity."""

    name = "astra.apidocs"
    label = "apidocs"

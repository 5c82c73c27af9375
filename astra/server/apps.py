"""Django's entry to the commands that run the service."""

from django.apps import AppConfig


class ServerConfig(AppConfig):
    """The supervisor behind `serve`."""

    name = "astra.server"
    label = "server"
    verbose_name = "Server"

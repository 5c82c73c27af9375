"""What keeps the service from running."""

from django.core.management.base import CommandError


class ServiceError(CommandError):
    """The text says why and what to do; a command that it ends prints it."""

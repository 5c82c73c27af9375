"""`python manage.py client_config`: print how a client gets in."""

from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from astra.server.client_config import ensure_client_config, served_address


class Command(BaseCommand):
    """Print `var/config.yaml`, with a token that is good, for the ports of the service that runs."""

    help = "Print the client configuration (address, account, token), which is kept in a file."

    def handle(self, *args: Any, **options: Any) -> None:
        config = ensure_client_config(settings.ASTRA, address=served_address(settings.ASTRA))
        if config is None:
            raise CommandError("there is no account with an owner yet; seed a scenario first")
        self.stdout.write(yaml.safe_dump(config, sort_keys=False), ending="")

"""`python manage.py createtoken EMAIL`: let a user in."""

import uuid
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from astra.accounts.models import NAME_MAX_LENGTH, User
from astra.accounts.tokens import issue_token
from astra.api.quantities import parse_duration


class Command(BaseCommand):
    """Create a bearer token and print it, this once."""

    help = "Create a bearer token of a user and print it; it cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the user's email")
        parser.add_argument(
            "--account", type=uuid.UUID, metavar="ID", help="where several accounts have the email"
        )
        parser.add_argument("--name", default="createtoken", help="what the token is called")
        parser.add_argument(
            "--expires-in",
            metavar="DURATION",
            help="how long it is good for by the account's clock: 1h, 30d, PT15M",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token alone, so that a script can take it."""
        name = options["name"]
        if not 0 < len(name) <= NAME_MAX_LENGTH:
            raise CommandError(f"--name must have 1 to {NAME_MAX_LENGTH} characters")
        user = self._user(options["email"], options["account"])
        now, expires_at = user.account.now(), None
        if options["expires_in"] is not None:
            expires_at = self._after(now, options["expires_in"])
        _, clear = issue_token(user=user, name=name, now=now, expires_at=expires_at)
        self.stdout.write(clear)

    def _user(self, email: str, account_id: uuid.UUID | None) -> User:
        users = User.objects.filter(email=email).select_related("account")
        if account_id is not None:
            users = users.filter(account_id=account_id)
        found = list(users.order_by("account__created_at", "account_id"))
        if not found:
            raise CommandError(f"no user has the email {email}")
        if len(found) > 1:
            accounts = "".join(f"\n  {user.account_id}  {user.account}" for user in found)
            raise CommandError(f"several accounts have {email}; say which (--account):{accounts}")
        return found[0]

    def _after(self, now: datetime, duration: str) -> datetime:
        try:
            return now + parse_duration(duration)
        except (ValueError, OverflowError) as error:
            raise CommandError(f"--expires-in: {error}") from error

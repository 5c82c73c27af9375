"""What the commands have in common that do what the control surface does."""

import inspect
import uuid
from collections.abc import Iterable
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser

from astra.accounts.models import Account
from astra.api.problems import ApiProblem


def account_of(text: str) -> Account:
    """Return the account of that id. Raises ``ValueError``, and ``CommandError`` for an unknown one."""
    account = Account.objects.filter(id=uuid.UUID(text)).first()
    if account is None:
        raise CommandError("there is no such account")
    return account


# Parameters of subcommands; an annotation has what argparse is to be told beside its type.
AccountId = Annotated[uuid.UUID, {"help": "the account's id"}]
KnownAccount = Annotated[Account, {"type": account_of, "help": "the account's id"}]


class ControlCommand(BaseCommand):
    """A command that prints documents, a line each; a subcommand is a method `do_…` that gives them.

    The first line of its docstring is its help, its parameters are the arguments; those that are
    given by name only are options.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        for name in vars(type(self)):
            if name.startswith("do_"):
                method = getattr(self, name)
                command = commands.add_parser(name.removeprefix("do_"), help=inspect.getdoc(method))
                hints = get_type_hints(method, include_extras=True)
                for parameter in inspect.signature(method).parameters.values():
                    _add_argument(command, parameter, hints[parameter.name])

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; raises ``CommandError`` for what the control surface would refuse."""
        try:
            for document in self.perform(**options) or ():
                self.stdout.write(orjson.dumps(document).decode())
        except (ApiProblem, OSError, orjson.JSONDecodeError) as error:
            raise CommandError(str(error)) from error

    def perform(self, **options: Any) -> Iterable[Any] | None:
        """Do what the subcommand says; return the documents."""
        method = getattr(self, f"do_{options['command']}")
        documents: Iterable[Any] | None = method(
            **{name: options[name] for name in inspect.signature(method).parameters}
        )
        return documents


def _add_argument(command: CommandParser, parameter: inspect.Parameter, hint: Any) -> None:
    kind, told = get_args(hint) if get_origin(hint) is Annotated else (hint, {})
    given: dict[str, Any] = {"type": next(iter(get_args(kind)), kind)} | told
    if parameter.default is not parameter.empty:
        given["default"] = parameter.default
    if parameter.kind is parameter.KEYWORD_ONLY:
        command.add_argument(f"--{parameter.name}", **given)
    else:
        if "default" in given:
            given["nargs"] = "?"
        command.add_argument(parameter.name, **given)

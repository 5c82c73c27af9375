"""Runs commands of the client; started by the Python of the client's own virtual environment.

Reads one JSON line per command from standard input: `arguments`, `folder`, `environment`. Writes one
for each: `code`, `out`, `err`. Importing the client takes seconds, so it is imported once and each
command runs in a process forked off, which ends as the installed command does.

The client's waiting loops sleep: that moves the account's clock, by the control surface.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import urllib.request
from typing import Any, NoReturn, SupportsIndex

import toolkit  # type: ignore[import-not-found]


def sleep_by_the_account(seconds: float | SupportsIndex, /) -> None:
    """Stand in for `time.sleep`."""
    request = urllib.request.Request(
        os.environ["CLIENT_CLOCK_URL"],
        json.dumps({"by": f"PT{seconds}S", "wait": 60}).encode(),
        {"Authorization": os.environ["CLIENT_CONTROL"], "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=100) as response:
        response.read()


def become(command: dict[str, Any], out: int, err: int) -> NoReturn:
    """Be the client, from its command line to its exit code."""
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.chdir(command["folder"])
    os.environ.update(command["environment"])
    time.sleep = sleep_by_the_account
    sys.argv[:] = ["actoolkit", *command["arguments"]]
    sys.exit(toolkit.main())


def commands(parser: argparse.ArgumentParser, *words: str) -> list[str]:
    """Return the commands that the client's parser knows, without their other names."""
    choices = [each.choices for each in parser._actions if each.choices and not each.option_strings]
    (known,) = [each for each in choices if isinstance(each, dict)] or [{}]
    parsers = {id(each): (name, each) for name, each in reversed(known.items())}
    found = [found for name, each in parsers.values() for found in commands(each, *words, name)]
    return found or [" ".join(words)]


def all_commands() -> list[str]:
    """Return what can be typed: verb and object, or a verb that takes no object.

    Of a release whose parser is part of its main function, nothing.
    """
    if not hasattr(toolkit, "tkMain"):
        return []
    choices = toolkit.tkSrc.classes.ArgparseChoicesLists()
    return commands(toolkit.tkSrc.parser.ToolkitParser(choices, plaidMode=True).main())


def tell(answer: object) -> None:
    """Answer with one line."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Answer until there are no more commands."""
    tell(all_commands())
    for line in sys.stdin:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            if not (child := os.fork()):
                become(json.loads(line), out.fileno(), err.fileno())
            _, status = os.waitpid(child, 0)
            texts = {}
            for name, file in (("out", out), ("err", err)):
                file.seek(0)
                texts[name] = file.read().decode()
        answer = {"code": os.waitstatus_to_exitcode(status)} | texts
        tell(answer)


if __name__ == "__main__":
    main()

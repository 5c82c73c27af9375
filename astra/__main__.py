"""Django's command line, as `python -m astra`: what an installed service has for `manage.py`."""

import os
import sys


def main() -> None:
    """Run one management command; `python -m astra help` lists them."""
    try:
        from django.core.management import execute_from_command_line

        from astra.api.options import OptionError
        from astra.server.loading import load
    except ModuleNotFoundError as error:
        sys.exit(
            f"Error: {sys.executable} has no {error.name}: take the Python that has the requirements,"
            " .venv/bin/python after `make run`"
        )
    try:
        load()
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except OptionError as error:
        sys.exit(f"Error: {error}")
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` has. Nothing more is written when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()

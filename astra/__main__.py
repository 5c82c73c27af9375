"""Django's command line, as `python -m astra`: what an installed service has for `manage.py`."""

import sys

from django.core.management import execute_from_command_line

from astra.server.loading import load


def main() -> None:
    """Run one management command; `python -m astra help` lists them."""
    load()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

"""Django's command line, as `python -m astra`: what an installed service has for `manage.py`."""

import os
import sys


def main() -> None:
    """Run one management command; `python -m astra help` lists them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "astra.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

"""The service's settings, with the family of this folder beside the others."""

from astra.settings import *  # noqa: F403
from astra.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.adding.bulletins"]
DATABASES["default"]["TEST"] = {"NAME": "test_adding"}

"""The service's settings, with the family of this folder beside the others."""

from astra.settings import *  # noqa: F403
from astra.settings import DATABASES, INSTALLED_APPS

# Its resources are kinds that the service has, from another source.
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "notices"] + ["tests.adding.notices"]
DATABASES["default"]["TEST"] = {"NAME": "test_adding"}

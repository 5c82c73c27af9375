"""The kinds of resources about the installation, as the API names them."""

from astra.api.resources import ResourceKind

SETTING = ResourceKind("setting", "settings", ("1.1", "1.0"))

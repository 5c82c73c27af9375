"""The kinds of resources of replication, as the API names them."""

from astra.api.resources import ResourceKind

APP_MIRROR = ResourceKind("appMirror", "appMirrors", ("1.1", "1.0"))

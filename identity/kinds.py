"""The kinds of resources about who calls, as the API names them."""

from typing import Any

from astra.api.query import COLLECTION_PARAMETERS
from astra.api.resources import ResourceKind
from astra.resources.places import METHODS

ACCOUNT = ResourceKind("account", "accounts", ("1.0",))
USER = ResourceKind("user", "users", ("1.2", "1.1", "1.0"))
TOKEN = ResourceKind("token", "tokens", ("1.0",))
ROLE_BINDING = ResourceKind("roleBinding", "roleBindings", ("1.1", "1.0"))
GROUP = ResourceKind("group", "groups", ("1.1", "1.0"))
LDAP_USER = ResourceKind("ldapUser", "ldapUsers", ("1.0",))
LDAP_GROUP = ResourceKind("ldapGroup", "ldapGroups", ("1.0",))
CERTIFICATE = ResourceKind("certificate", "certificates", ("1.1", "1.0"))
CREDENTIAL = ResourceKind("credential", "credentials", ("1.1", "1.0"))

# What their declarations have in common: the published document has no 500 of its own for them.
COMMON: Any = {
    "methods": METHODS,
    "published_parameters": COLLECTION_PARAMETERS,
    "failures": {},
}

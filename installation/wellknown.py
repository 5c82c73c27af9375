"""The settings that every account has: what each may say, and who decides whether it becomes valid.

A family that acts on a setting registers it, or, of one that is here, what judges it, when it is ready.
Source: the published `setting` schemas and section 9 of `families.md`.
"""

import functools
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jsonschema import Draft7Validator

Config = Mapping[str, Any]
# Returns why an account cannot have a configuration that the schema takes; empty: it can.
Judge = Callable[[uuid.UUID, Config], Sequence[str]]

LDAP = "astra.account.ldap"
EXECUTION_HOOKS = "astra.account.executionHooks.enabled"
SMTP = "astra.account.smtp"

IS_ENABLED = {
    "type": "string",
    "enum": ["true", "false"],
    "description": "This property determines if this setting is enabled or not.",
}
PORT_MAX = 65535


def _accept(account_id: uuid.UUID, config: Config) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class WellKnown:
    """A setting: its name, what a new account has, the members of its configuration as JSON Schema."""

    name: str
    default: Config
    properties: Mapping[str, Any]
    required: Sequence[str]
    judge: Judge = _accept

    @functools.cached_property
    def schema(self) -> dict[str, Any]:
        """`configSchema`: draft 7, closed, titled by the name."""
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": self.name,
            "type": "object",
            "properties": self.properties,
            "additionalProperties": False,
            "required": list(self.required),
        }

    def errors(self, config: Config) -> Iterator[tuple[str, str]]:
        """Yield what breaks the schema in a configuration: the place in it, and the reason."""
        for error in Draft7Validator(self.schema).iter_errors(config):
            yield ".".join(map(str, error.absolute_path)), error.message


_known: dict[str, WellKnown] = {}


def register_setting(setting: WellKnown) -> None:
    """Add a setting; a second one of the name replaces the first."""
    _known[setting.name] = setting


def judge_setting(name: str, judge: Judge) -> None:
    """Let a function decide whether a configuration becomes valid. Raises ``KeyError``."""
    register_setting(replace(_known[name], judge=judge))


def well_known(name: str) -> WellKnown:
    """Return the setting of a name; one that nobody knows has an empty configuration."""
    return _known.get(name) or WellKnown(name, {}, {}, ())


def all_known() -> Sequence[WellKnown]:
    """Return every setting, by name."""
    return sorted(_known.values(), key=lambda each: each.name)


def is_on(config: Config) -> bool:
    """Tell whether a configuration is one that is enabled."""
    return config.get("isEnabled") == "true"


def _reachable(account_id: uuid.UUID, config: Config) -> Sequence[str]:
    """Refuse a directory that is to be used and has no host."""
    if is_on(config) and not config["connectionHost"]:
        return ["The LDAP server has no host."]
    return ()


def _text(description: str) -> Mapping[str, Any]:
    return {"type": "string", "description": description}


register_setting(
    WellKnown(
        EXECUTION_HOOKS,
        default={"isEnabled": "false"},
        properties={"isEnabled": IS_ENABLED},
        required=("isEnabled",),
    )
)
register_setting(
    WellKnown(
        LDAP,
        default={
            "connectionHost": "",
            "credentialId": "",
            "groupBaseDN": "ou=groups,dc=example,dc=com",
            "groupSearchCustomFilter": "",
            "isEnabled": "false",
            "loginAttribute": "mail",
            "port": 636,
            "secureMode": "LDAPS",
            "userBaseDN": "ou=users,dc=example,dc=com",
            "userSearchFilter": "(objectClass=Person)",
            "vendor": "Active Directory",
        },
        properties={
            "connectionHost": _text("The hostname or IP address of the LDAP server."),
            "credentialId": _text("The credential ID for LDAP authentication."),
            "groupBaseDN": _text("The base DN of the tree to use for a group search."),
            "groupSearchCustomFilter": _text("The type of filter used for a group search."),
            "isEnabled": IS_ENABLED,
            "loginAttribute": _text("The LDAP attribute that a user logs in with."),
            "port": {
                "type": "integer",
                "minimum": 1,
                "maximum": PORT_MAX,
                "description": "The port on which the LDAP server is running.",
            },
            "secureMode": {
                "type": "string",
                "enum": ["LDAP", "LDAPS"],
                "description": "The secure mode LDAPS or LDAP.",
            },
            "userBaseDN": _text("The base DN of the tree to use for a user search."),
            "userSearchFilter": _text("The filter used to search for users."),
            "vendor": {
                "type": "string",
                "enum": ["Active Directory"],
                "description": "The LDAP provider.",
            },
        },
        required=(
            "connectionHost",
            "secureMode",
            "credentialId",
            "userBaseDN",
            "userSearchFilter",
            "groupBaseDN",
            "vendor",
            "isEnabled",
        ),
        judge=_reachable,
    )
)
register_setting(
    WellKnown(
        SMTP,
        default={
            "credential": "",
            "isEnabled": "false",
            "port": 587,
            "relayServer": "smtp.sendgrid.net",
        },
        properties={
            "credential": _text("The credential ID for SMTP authentication."),
            "isEnabled": IS_ENABLED,
            "port": {
                "type": "integer",
                "minimum": 1,
                "maximum": PORT_MAX,
                "description": "The SMTP port. For an unencrypted or a TLS connection, use port 25,"
                " 2525, or 587.",
            },
            "relayServer": _text(
                "This setting is sometimes referred to as the external SMTP server or the SMTP relay."
            ),
        },
        required=("relayServer", "port", "isEnabled"),
    )
)

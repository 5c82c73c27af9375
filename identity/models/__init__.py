"""What the family stores beside who calls, imported here because Django looks for it here."""

from identity.models.credentials import Credential
from identity.models.directory import Directory, LdapGroup, LdapUser

__all__ = ["Credential", "Directory", "LdapGroup", "LdapUser"]

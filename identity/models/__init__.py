"""What the family stores beside who calls, imported here because Django looks for it here."""

from identity.models.certificates import Certificate
from identity.models.credentials import Credential
from identity.models.directory import Directory, LdapGroup, LdapUser

__all__ = ["Certificate", "Credential", "Directory", "LdapGroup", "LdapUser"]

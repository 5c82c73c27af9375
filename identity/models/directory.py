"""The directory of an account: who its users and groups are, as an LDAP server tells."""

from django.db import models

from astra.accounts.constraints import listed
from astra.accounts.models import NAME_MAX_LENGTH, Resource

HOST_MAX_LENGTH = 255
DN_MAX_LENGTH = 2048


class Directory(Resource):
    """A server that settings may name; only scenarios make one."""

    host = models.CharField(max_length=HOST_MAX_LENGTH, db_collation="C")

    class Meta:
        verbose_name_plural = "directories"
        constraints = (
            models.UniqueConstraint(fields=("account", "host"), name="directory_is_unique"),
        )

    def __str__(self) -> str:
        return self.host


class _Entry(Resource):
    """Someone or something in a directory."""

    directory = models.ForeignKey(Directory, on_delete=models.DO_NOTHING, db_index=False)
    cn = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    dn = models.CharField(max_length=DN_MAX_LENGTH, db_collation="C")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.dn


class LdapUser(_Entry):
    """A user in a directory."""

    email = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    first_name = models.CharField(
        max_length=NAME_MAX_LENGTH, null=True, blank=True, db_collation="C"
    )
    last_name = models.CharField(
        max_length=NAME_MAX_LENGTH, null=True, blank=True, db_collation="C"
    )

    class Meta:
        verbose_name = "LDAP user"
        ordering = ("created_at", "id")
        indexes = listed("ldap_user")


class LdapGroup(_Entry):
    """A group in a directory; ``members`` are the distinguished names of its users."""

    members = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = "LDAP group"
        ordering = ("created_at", "id")
        indexes = listed("ldap_group")

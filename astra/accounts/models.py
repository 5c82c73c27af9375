"""Who calls: accounts with their clock, users, their roles and their tokens.

Source: `resources.md` and section 11 of `appbackup.md`; clock: `docs/architecture.md`, 'Clock'.
"""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5, Cast

from astra.accounts.clocks import FASTEST_RATE, FIXED_RATES, ClockMode, clock_instant
from astra.accounts.constraints import holds, is_known, listed, where_set
from astra.api.clock import LAST_INSTANT, TIME_ENDS, real_now
from astra.api.dice import NIL_ID, new_id

NAME_MAX_LENGTH = 63
GROUP_NAME_MAX_LENGTH = 2048


class AccountState(models.TextChoices):
    """`state` of an account."""

    PENDING = "pending"
    ACTIVE = "active"
    DELETE_PENDING = "deletePending"


class UserState(models.TextChoices):
    """`state` of a user."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class AuthProvider(models.TextChoices):
    """`authProvider` of a user."""

    CLOUD_CENTRAL = "cloud-central"
    LOCAL = "local"
    LDAP = "ldap"


class Role(models.TextChoices):
    """`role` of a binding, weakest first."""

    VIEWER = "viewer"
    MEMBER = "member"
    ADMIN = "admin"
    OWNER = "owner"

    def permits(self, wanted: "Role") -> bool:
        """Tell whether this role may do what ``wanted`` may."""
        order = list(Role)
        return order.index(self) >= order.index(wanted)


def full_scope() -> list[str]:
    """Return the constraints of a role that reaches everything in the account."""
    return ["*"]


def choice_of(choices: type[models.TextChoices], *, default: str) -> "models.CharField[str, str]":
    """Return the column of one of a closed list of strings."""
    return models.CharField(
        max_length=15, choices=choices.choices, default=default, db_collation="C"
    )


class Described(models.Model):
    """What the `metadata` member of every resource says, and the `version` it was stored with."""

    id = models.UUIDField(primary_key=True, default=new_id)
    version = models.CharField(max_length=7)
    labels = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    created_by = models.UUIDField(default=NIL_ID)
    modified_by = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """Return what people know it by: its name, where its kind has any."""
        return str(getattr(self, "name", self.pk))

    def modify(self, now: datetime) -> datetime:
        """Note that it is modified at the account's instant, and return the instant noted.

        That is no earlier than the last one: what settling is late with, or a call that waited for
        the row, says an earlier one. The caller saves `modified_at`.
        """
        self.modified_at = max(now, self.modified_at)
        return self.modified_at


class Account(Described):
    """A tenant: everything else belongs to one. Its clock is columns of it."""

    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    state = choice_of(AccountState, default=AccountState.ACTIVE)
    is_enabled = models.BooleanField(default=True)
    enabled_at = models.DateTimeField(null=True, blank=True)
    contact = models.JSONField(null=True, blank=True)
    clock_mode = models.CharField(max_length=7, choices=ClockMode.choices, default=ClockMode.REAL)
    clock_rate = models.FloatField(default=1.0, help_text="Simulated seconds per real second.")
    clock_sim = models.DateTimeField(default=real_now, help_text="Simulated instant of the anchor.")
    clock_real = models.DateTimeField(default=real_now, help_text="Real instant of the anchor.")
    # Where a manual clock is on its way to; no writes are taken before it is there.
    clock_target = models.DateTimeField(null=True, blank=True)
    seed = models.BigIntegerField(default=0, help_text="Decides jitter and, if manual, the ids.")
    draws = models.BigIntegerField(default=0, help_text="Ids drawn so far under a manual clock.")
    # {"app-backup-run": 0.5}: seconds, by stage; {"immediate": ["appBackup"]}: without delay.
    stage_delays = models.JSONField(default=dict, blank=True)
    immediate_kinds = models.JSONField(default=list, blank=True)
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="Real instant from which the worker may remove it."
    )
    # Kept by the actions on fault rules: a request of an account without rules asks for none.
    has_faults = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ("created_at", "id")
        indexes = (
            # what the worker is to remove
            models.Index(
                fields=("expires_at",),
                name="account_by_expiry",
                condition=Q(expires_at__isnull=False),
            ),
        )
        constraints = (
            is_known("account_state_is_known", "state", AccountState.values),
            holds(
                "account_clock_rate_fits_mode",
                Q(clock_mode=ClockMode.REAL, clock_rate=FIXED_RATES[ClockMode.REAL])
                | Q(clock_mode=ClockMode.SCALED, clock_rate__gt=0)
                | Q(clock_mode=ClockMode.MANUAL, clock_rate=FIXED_RATES[ClockMode.MANUAL]),
            ),
            holds(
                "account_clock_is_not_too_fast",
                Q(clock_rate__lte=FASTEST_RATE),
                f"A clock is at most {FASTEST_RATE} times faster.",
            ),
            holds(
                "account_clock_has_an_end",
                Q(clock_sim__lte=LAST_INSTANT)
                & (Q(clock_target=None) | Q(clock_target__lte=LAST_INSTANT)),
                TIME_ENDS,
            ),
            holds(
                "account_real_clock_has_no_offset",
                ~Q(clock_mode=ClockMode.REAL) | Q(clock_sim=F("clock_real")),
            ),
            holds(
                "account_clock_moves_forward",
                Q(clock_target=None) | Q(clock_target__gte=F("clock_sim")),
            ),
            holds(
                "account_only_manual_clock_is_moved",
                Q(clock_target=None) | Q(clock_mode=ClockMode.MANUAL),
            ),
            holds("account_name_is_not_empty", ~Q(name="")),
        )

    @property
    def account_id(self) -> uuid.UUID:
        """The tenant: of an account, itself."""
        return self.id

    def now(self) -> datetime:
        """Return the account's instant: `sim + (now - real) * rate`, at most ``LAST_INSTANT``."""
        return clock_instant(self.clock_sim, self.clock_real, self.clock_rate)


class Resource(Described):
    """A resource of the API that belongs to an account."""

    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)

    class Meta:
        abstract = True


class User(Resource):
    """A user of the simulated API (people who use the admin site are Django's users)."""

    email = models.CharField(max_length=254, db_collation="C")
    first_name = models.CharField(max_length=63, blank=True, db_collation="C")
    last_name = models.CharField(max_length=63, blank=True, db_collation="C")
    company_name = models.CharField(max_length=63, null=True, blank=True, db_collation="C")
    phone = models.CharField(max_length=63, null=True, blank=True, db_collation="C")
    postal_address = models.JSONField(null=True, blank=True)
    auth_provider = choice_of(AuthProvider, default=AuthProvider.LOCAL)
    auth_id = models.CharField(max_length=254, null=True, blank=True, db_collation="C")
    send_welcome_email = models.BooleanField(default=False)
    state = choice_of(UserState, default=UserState.ACTIVE)
    is_enabled = models.BooleanField(default=True)
    enabled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_known("user_state_is_known", "state", UserState.values),
            is_known("user_provider_is_known", "auth_provider", AuthProvider.values),
            models.UniqueConstraint(
                "account",
                "email",
                name="user_email_is_unique",
                violation_error_message="A user with this email exists in the account.",
            ),
        )
        indexes = listed("user")

    def __str__(self) -> str:
        return self.email


class Group(Resource):
    """A group of users, known to a directory by its distinguished name."""

    name = models.CharField(max_length=GROUP_NAME_MAX_LENGTH, db_collation="C")
    auth_provider = choice_of(AuthProvider, default=AuthProvider.LDAP)
    auth_id = models.CharField(max_length=GROUP_NAME_MAX_LENGTH, db_collation="C")
    users = models.ManyToManyField(User, through="Membership", related_name="groups")

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            holds("group_is_of_ldap", Q(auth_provider=AuthProvider.LDAP)),
            holds("group_name_is_not_empty", ~Q(name="")),
            models.UniqueConstraint(
                "account",
                # Longer than what an index takes.
                MD5("auth_id"),
                name="group_is_unique",
                violation_error_message="The account has this group.",
            ),
        )
        indexes = listed("group")


class Membership(models.Model):
    """That a user is in a group; no resource of its own."""

    account = models.ForeignKey(Account, on_delete=models.DO_NOTHING, db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, db_index=False)

    class Meta:
        constraints = (
            # The groups of a user, also of who calls.
            models.UniqueConstraint(fields=("user", "group"), name="membership_is_unique"),
        )
        indexes = (
            models.Index(fields=("group", "user"), name="membership_by_group"),
            # deleting an account with everything in it
            models.Index(fields=("account",), name="membership_by_account"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class RoleBinding(Resource):
    """What a user, or each user of a group, may do in the account."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, db_index=False)
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, db_index=False
    )
    role = models.CharField(max_length=7, choices=Role.choices, db_collation="C")
    constraints = models.JSONField(default=full_scope, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            is_known("role_binding_role_is_known", "role", Role.values),
            holds(
                "role_binding_has_one_principal",
                Q(user=None, group__isnull=False) | Q(user__isnull=False, group=None),
            ),
            models.UniqueConstraint(
                "user",
                "group",
                "role",
                # Longer than what an index takes.
                MD5(Cast("constraints", models.TextField())),
                name="role_binding_is_unique",
                nulls_distinct=False,
                violation_error_message="There is such a role binding.",
            ),
        )
        indexes = (
            *listed("role_binding"),
            # the same of a group; what its users may do
            where_set("role_binding_of_group", "group", ("group", "created_at", "id")),
        )

    def __str__(self) -> str:
        return f"{self.role} {self.user_id or self.group_id}"


class Token(Resource):
    """A bearer token: only its SHA-256 is stored; the clear text is shown once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False)
    name = models.CharField(max_length=NAME_MAX_LENGTH, db_collation="C")
    digest = models.CharField(max_length=64, db_collation="C")
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            holds("token_digest_is_sha256", Q(digest__regex="^[0-9a-f]{64}$")),
            # 'who calls', once per request; `unique` would make another index, for LIKE
            models.UniqueConstraint(fields=("digest",), name="token_digest_is_unique"),
        )
        indexes = (
            *listed("token", "user"),
            # deleting an account with everything in it
            models.Index(fields=("account",), name="token_by_account"),
        )

"""The software of the installation: packages of it, and upgrades to them."""

from django.db import models

from astra.accounts.constraints import is_known, is_unique, listed
from astra.engine.models import Staged, due_index, staged_constraints, state_field
from installation.lifecycle import PACKAGE, UPGRADE

VERSION_MAX_LENGTH = 63


class Component(models.TextChoices):
    """`componentName`: what can be upgraded."""

    ACC = "acc"
    ACS = "acs"
    TRIDENT = "trident"
    KUBERNETES = "kubernetes"


# `packageName`: what there are packages of.
PACKAGED = (Component.ACC, Component.ACS, Component.TRIDENT)


class PackageType(models.TextChoices):
    """`packageType`."""

    INSTALL = "install"
    PATCH = "patch"


class Severity(models.TextChoices):
    """`severityLevel` of a package."""

    RECOMMENDED = "recommended"
    CRITICAL = "critical"


def _version() -> "models.CharField[str, str]":
    return models.CharField(max_length=VERSION_MAX_LENGTH, db_collation="C")


class Package(Staged):
    """A package of software, verified after it was brought."""

    package_name = models.CharField(max_length=31, choices=Component.choices, db_collation="C")
    package_version = _version()
    package_type = models.CharField(max_length=7, choices=PackageType.choices, db_collation="C")
    bundle_name = models.JSONField(default=list, blank=True)
    severity_level = models.CharField(max_length=11, choices=Severity.choices, db_collation="C")
    state = state_field(PACKAGE)
    state_details = models.JSONField(default=list, blank=True)
    images = models.JSONField(default=list, blank=True)
    artifacts = models.JSONField(default=list, blank=True)
    files = models.JSONField(default=list, blank=True)
    upgradable_versions = models.JSONField(null=True, blank=True)
    dependencies = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            *staged_constraints("package", PACKAGE),
            is_known("package_name_is_known", "package_name", PACKAGED),
            is_known("package_type_is_known", "package_type", PackageType.values),
            is_known("package_severity_is_known", "severity_level", Severity.values),
            is_unique(
                "package_is_unique",
                ("account", "package_name", "package_version", "package_type"),
                "The account has this package.",
            ),
        )
        indexes = (
            due_index("package_due"),
            *listed("package"),
        )

    def __str__(self) -> str:
        return f"{self.package_name} {self.package_version}"


class Upgrade(Staged):
    """An upgrade of a component, from one version to another."""

    component_name = models.CharField(max_length=15, choices=Component.choices, db_collation="C")
    component_instance = models.CharField(max_length=4095, db_collation="C")
    component_id = models.UUIDField()
    upgrade_version = _version()
    current_version = _version()
    dependencies = models.JSONField(default=list, blank=True)
    state = state_field(UPGRADE)
    state_desired = models.CharField(max_length=15, default="", db_collation="C")
    state_details = models.JSONField(default=list, blank=True)
    proposed_at = models.DateTimeField(null=True, blank=True)
    scheduled_at = models.DateTimeField(null=True, blank=True)
    running_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            *staged_constraints("upgrade", UPGRADE),
            is_known("upgrade_component_is_known", "component_name", Component.values),
        )
        indexes = (
            due_index("upgrade_due"),
            *listed("upgrade"),
        )

    def __str__(self) -> str:
        return f"{self.component_name} {self.upgrade_version}"

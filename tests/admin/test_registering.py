"""What the apps register for the admin site: the sidebar, the first page, links of an account."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory

import astra.urls  # noqa: F401 (loading it fills the site)
from astra.adminsite.navigation import (
    SITE,
    Entry,
    Group,
    Overview,
    account_links,
    fill_overview,
    navigation,
    register_entries,
)
from astra.engine.models import Transition
from astra.engine.registry import registrations


def request(user: User | AnonymousUser) -> Any:
    made = RequestFactory().get("/admin/")
    made.user = user
    return made


def test_the_sidebar_has_the_groups_and_pages_in_the_order_that_they_say() -> None:
    groups = navigation(request(AnonymousUser()))
    assert [
        (group.get("title"), [item["title"] for item in group["items"]]) for group in groups
    ] == [
        (None, ["Overview"]),
        ("Protection", ["Backups", "Snapshots", "Apps", "Buckets", "Schedules", "App assets"]),
        ("Replication", ["Mirrors"]),
        (
            "Clusters",
            [
                "Clusters",
                "Clouds",
                "Namespaces",
                "Storage classes",
                "Storage backends",
                "Volumes",
                "API resources",
                "Nodes",
            ],
        ),
        ("Execution hooks", ["Execution hooks", "Hook sources", "Execution hook overrides"]),
        (
            "Accounts",
            [
                "Accounts",
                "Users",
                "Groups",
                "Role bindings",
                "Tokens",
                "Credentials",
                "Certificates",
                "LDAP users",
                "LDAP groups",
            ],
        ),
        (
            "Installation",
            [
                "Settings",
                "Features",
                "Licences",
                "Subscriptions",
                "Entitlements",
                "Packages",
                "Upgrades",
                "AutoSupport bundles",
            ],
        ),
        ("Notices", ["Notifications", "Events", "Tasks"]),
        (
            "Simulation",
            ["Transitions", "Journal", "Fault rules", "Scenarios", "Checkpoints", "Webhooks"],
        ),
        ("Site", ["Administrators", "API documentation"]),
    ]


def test_an_entry_is_for_those_who_may_view_the_list(db: None) -> None:
    item = Entry(group=SITE, order=1, title="Users", icon="key", model="auth.user").as_item()
    assert item["link"] == "/admin/auth/user/"
    assert item["permission"](request(User(username="x", is_superuser=True, is_active=True)))
    assert not item["permission"](request(User.objects.create(username="y")))


def test_a_second_entry_of_a_title_replaces_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astra.adminsite.navigation._entries", {})
    first = Group(1, "First")
    for page in ("admin:index", "admin:login"):
        register_entries(Entry(group=first, order=1, title="Here", icon="key", page=page))
    _, group = navigation(request(AnonymousUser()))
    assert [item["link"] for item in group["items"]] == ["/admin/login/"]


def test_without_a_registered_overview_the_first_page_is_djangos(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("astra.adminsite.navigation.overview", Overview())
    assert admin.site.index_template is None
    assert fill_overview(request(AnonymousUser()), {"a": 1}) == {"a": 1}


def test_an_account_links_to_the_lists_that_are_registered() -> None:
    assert [text for text, _ in account_links()] == [
        "backups",
        "apps",
        "buckets",
        "users",
        "transitions",
        "credentials",
        "checkpoints",
        "fault rules",
        "journal",
        "webhooks",
    ]


def test_transitions_are_filtered_by_the_kinds_that_are_registered(db: None) -> None:
    page: Any = admin.site._registry[Transition]
    _, choices, *_ = page.get_list_filter(request(User(is_superuser=True)))
    offered = choices(request(User()), {}, Transition, page)
    kinds = {item.lifecycle.kind for item in registrations()}
    assert {value for value, _ in offered.lookup_choices} == kinds

"""The paths about who calls: `/accounts`, and below it users, tokens and role bindings."""

from django.urls import path

from identity.views import accounts, role_bindings, tokens, users

ACCOUNT = "accounts/<str:account_id>"
USER = f"{ACCOUNT}/core/v1/users/<str:user_id>"
BINDING = "roleBindings/<str:roleBinding_id>"

urlpatterns = [
    path("accounts", accounts.Accounts.as_view(), name="accounts"),
    path(ACCOUNT, accounts.AccountInstance.as_view(), name="account"),
    path(f"{ACCOUNT}/core/v1/users", users.Users.as_view(), name="users"),
    path(USER, users.UserInstance.as_view(), name="user"),
    path(f"{USER}/tokens", tokens.Tokens.as_view(), name="tokens"),
    path(f"{USER}/tokens/<str:token_id>", tokens.TokenInstance.as_view(), name="token"),
    path(
        f"{USER}/roleBindings",
        role_bindings.UserRoleBindings.as_view(),
        name="user-role-bindings",
    ),
    path(
        f"{USER}/{BINDING}",
        role_bindings.UserRoleBindingInstance.as_view(),
        name="user-role-binding",
    ),
    path(
        f"{ACCOUNT}/core/v1/roleBindings",
        role_bindings.RoleBindings.as_view(),
        name="role-bindings",
    ),
    path(
        f"{ACCOUNT}/core/v1/{BINDING}",
        role_bindings.RoleBindingInstance.as_view(),
        name="role-binding",
    ),
]

"""The people who use the admin site: Django's users, in the site's look; groups are not used."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

if TYPE_CHECKING:
    UnfoldAdmin = object
    AnyUserAdmin = UserAdmin[User]
else:
    from unfold.admin import ModelAdmin as UnfoldAdmin

    AnyUserAdmin = UserAdmin

from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from astra.adminsite.navigation import title_of
from astra.adminsite.paging import BoundedPaginator

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class AdministratorAdmin(AnyUserAdmin, UnfoldAdmin):
    """Who may use this site."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    paginator = BoundedPaginator
    show_full_result_count = False
    list_fullwidth = True
    list_display = ("username", "email", "first_name", "last_name", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser")
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Permissions", {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the list, under the name that the sidebar has for it."""
        return super().changelist_view(
            request, {"title": title_of(self.model), **(extra_context or {})}
        )

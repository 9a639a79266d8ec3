"""Staff's view of people. People sign up by themselves; here staff make mentors of learners."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa import admin as allauth_mfa  # its own page is there first, then goes
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.accounts.models import Role, User
from apps.accounts.second_factor import has_second_factor

# Through the site's own log-in, so that its rate limits (and a second factor) hold here too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# It shows and changes the secrets themselves.
admin.site.unregister(Authenticator)
__all__ = ["FactorAdmin", "UserAdmin", "allauth_mfa"]


class UserAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no generic at run time
    """Roles and access, never e-mail addresses or passwords: those are the person's own.

    Staff change learners and mentors. Only a superuser makes or changes staff, and nobody
    changes themselves, so that the last one cannot lock everyone out. Registered, with what a
    deletion takes, in ``roadmap_site/people_admin.py``.
    """

    list_display = ("email", "name", "role", "is_active", "date_joined", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = (
        "email", "name", "role", "extra_time", "is_active", "date_joined", "last_login"
    )  # fmt: skip
    readonly_fields = ("email", "date_joined", "last_login")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_staff(request.user)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _is_staff(request.user)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if not _is_staff(request.user) or obj == request.user:
            return False
        return request.user.is_superuser or obj is None or not _has_power(obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return request.user.is_superuser and obj != request.user

    def formfield_for_choice_field(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.TypedChoiceField | None:
        """Offer, and so accept, the staff role from superusers only."""
        if db_field.name == "role" and not request.user.is_superuser:
            kwargs["choices"] = [choice for choice in Role.choices if choice[0] != Role.STAFF]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(Authenticator)
class FactorAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no generic at run time
    """For someone who lost phone and recovery codes: a superuser removes the factor."""

    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    fields = ("user", "type", "created_at", "last_used_at")
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        """Codes that stand in for nothing go too."""
        obj.delete()
        if not has_second_factor(obj.user):
            Authenticator.objects.filter(user_id=obj.user.pk).delete()


def _is_staff(user: Any) -> bool:
    return bool(user.is_active and user.is_staff)


def _has_power(user: User) -> bool:
    return user.is_staff or user.is_superuser

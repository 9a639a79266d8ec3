"""Staff's view of people, with a deletion that reaches every app."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts.admin import UserAdmin
from apps.accounts.models import User
from apps.accounts.services import Refused
from roadmap_site.own_data import delete_account, why_not_deleted


@admin.register(User)
class PeopleAdmin(UserAdmin):
    actions = None  # deleting many at once would go around delete_account

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not why_not_deleted(user=obj))

    def get_deleted_objects(
        self, objs: Sequence[Any] | QuerySet[Any, Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """All of theirs goes, also what the admin would let nobody delete by itself."""
        return [f"{one}, with everything that is kept about them" for one in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        try:
            delete_account(user=obj)
        except Refused as late:
            raise PermissionDenied(str(late)) from late

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:
        """That someone was deleted, by whom and when, but not who it was."""
        entry = LogEntry(
            user=cast(User, request.user),  # the admin lets nobody else in
            content_type=ContentType.objects.get_for_model(User),
            object_repr="An account, with all that belonged to it",
            action_flag=DELETION,
        )
        entry.save()
        return [entry]

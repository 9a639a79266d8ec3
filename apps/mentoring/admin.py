"""Staff make cohorts and choose their mentors."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from apps.mentoring.cohorts import forget_roads
from apps.mentoring.models import Cohort

if TYPE_CHECKING:
    CohortAdminBase = admin.ModelAdmin[Cohort]
else:
    CohortAdminBase = admin.ModelAdmin


@admin.register(Cohort)
class CohortAdmin(CohortAdminBase):
    list_display = ("name", "automatic_review", "created")
    search_fields = ("name", "mentors__email")
    fields = ("name", "automatic_review", "mentors")
    filter_horizontal = ("mentors",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Cohort | None = None) -> bool:
        return _is_staff(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: Cohort | None = None) -> bool:
        return _is_staff(request)

    def has_delete_permission(self, request: HttpRequest, obj: Cohort | None = None) -> bool:
        """A cohort is history; who is in it stays known."""
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        forget_roads([form.instance])


def _is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and getattr(request.user, "is_staff", False))

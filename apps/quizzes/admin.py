"""Staff look; they change nothing of an attempt by hand."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from apps.quizzes.models import Attempt

if TYPE_CHECKING:
    AttemptAdminBase = admin.ModelAdmin[Attempt]
else:
    AttemptAdminBase = admin.ModelAdmin


@admin.register(Attempt)
class AttemptAdmin(AttemptAdminBase):
    list_display = ("public_id", "learner", "title", "number", "right", "marked", "questions")
    list_select_related = ("learner",)
    search_fields = ("public_id", "learner__email")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Attempt | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Attempt | None = None) -> bool:
        return False

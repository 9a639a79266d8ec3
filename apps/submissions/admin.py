"""Staff look; they change nothing of a submission by hand."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from apps.submissions.models import Submission
from apps.submissions.seeds import exported_seeds

if TYPE_CHECKING:
    SubmissionAdminBase = admin.ModelAdmin[Submission]
else:
    SubmissionAdminBase = admin.ModelAdmin


@admin.register(Submission)
class SubmissionAdmin(SubmissionAdminBase):
    list_display = ("public_id", "learner", "brief", "number", "state", "outcome", "created")
    list_filter = ("state", "outcome", "brief")
    list_select_related = ("learner", "brief")
    search_fields = ("public_id", "learner__email")
    actions = ("export_seeds",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return False

    @admin.action(description="Export the seeds, for check_repo --seed", permissions=["view"])
    def export_seeds(self, request: HttpRequest, queryset: QuerySet[Submission]) -> HttpResponse:
        text = "".join(f"{one.brief_id} {one} {exported_seeds(one)}\n" for one in queryset)
        return HttpResponse(
            text,
            content_type="text/plain; charset=utf-8",
            headers={
                "Content-Disposition": 'attachment; filename="seeds.txt"',
                "Cache-Control": "no-store",
            },
        )

from django.urls import path

from apps.submissions import views

urlpatterns = [
    path("projects/", views.projects, name="projects"),
    path("projects/<slug:slug>/", views.project, name="project"),
    path("projects/<slug:slug>/starter/<str:filename>", views.starter, name="starter"),
    path("projects/<slug:slug>/submissions/", views.hand_in, name="hand_in"),
    path("submissions/", views.submissions, name="submissions"),
    path("submissions/<slug:public_id>/", views.submission, name="submission"),
    path("submissions/<slug:public_id>/status/", views.status, name="submission_status"),
    path("submissions/<slug:public_id>/cancel/", views.cancel, name="submission_cancel"),
    path("submissions/<slug:public_id>/result.json", views.document, name="submission_document"),
    path(
        "submissions/<slug:public_id>/stages/<slug:stage>/log/", views.stage_log, name="stage_log"
    ),
    path("downloads/<str:filename>", views.download, name="download"),
    path("status/", views.platform_status, name="platform_status"),
]

"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from roadmap_site import people_admin, views  # people_admin registers itself

__all__ = ["people_admin", "urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("question/", views.trial, name="trial"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/", include("allauth.account.urls")),
    path("settings/own-data.json", views.own_data, name="own_data"),
    path("settings/deletion/", views.deletion, name="deletion"),
    path("", include("apps.accounts.urls")),
    path("staff/", admin.site.urls),
    path("road/", views.road, name="road"),
    path("steps/", views.steps, name="steps"),
    path("steps/<slug:slug>/", views.step, name="step"),
    path("lessons/<slug:slug>/", views.lesson, name="lesson"),
    path("preview/", views.preview, name="preview"),
    path("preview/<str:kind>/<slug:slug>/", views.preview_text, name="preview_text"),
    path("search/", views.search, name="search"),
    path("concepts/", views.concepts, name="concepts"),
    path("concept-map/", views.concept_map, name="concept_map"),
    path("concepts/<slug:slug>/", views.concept, name="concept"),
    path("", include("apps.accounts.notification_urls")),
    path("", include("apps.progress.urls")),
    path("", include("apps.exercises.urls")),
    path("", include("apps.quizzes.urls")),
    path("", include("apps.mentoring.urls")),
    path("", include("apps.submissions.urls")),
]

"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from roadmap_site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("account/", include("allauth.account.urls")),
    path("staff/", admin.site.urls),
    path("road/", views.road, name="road"),
    path("steps/", views.steps, name="steps"),
    path("steps/<slug:slug>/", views.step, name="step"),
    path("lessons/<slug:slug>/", views.lesson, name="lesson"),
    path("concepts/", views.concepts, name="concepts"),
    path("concepts/<slug:slug>/", views.concept, name="concept"),
    path("", include("apps.progress.urls")),
    path("", include("apps.mentoring.urls")),
    path("", include("apps.submissions.urls")),
]

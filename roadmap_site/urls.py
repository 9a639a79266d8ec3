"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from roadmap_site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("account/", include("allauth.account.urls")),
    path("staff/", admin.site.urls),
    path("", include("apps.quizzes.urls")),
    path("", include("apps.submissions.urls")),
]

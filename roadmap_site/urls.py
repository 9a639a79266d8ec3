"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from roadmap_site import people_admin, views  # people_admin registers itself

__all__ = ["people_admin", "urlpatterns"]

urlpatterns = [
    path("", views.home, name="home"),
    path("account/second-factor/", include("allauth.mfa.urls")),
    path("account/", include("allauth.account.urls")),
    path("settings/own-data.json", views.own_data, name="own_data"),
    path("settings/deletion/", views.deletion, name="deletion"),
    path("", include("apps.accounts.urls")),
    path("staff/", admin.site.urls),
    path("", include("apps.submissions.urls")),
]

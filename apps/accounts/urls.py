from django.urls import path

from apps.accounts import views

urlpatterns = [
    path("settings/", views.settings, name="settings"),
    path("settings/profile/", views.profile, name="profile"),
]

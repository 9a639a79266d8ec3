from django.urls import path

from apps.progress import views

urlpatterns = [
    path("lessons/<slug:slug>/read-mark/", views.read_mark, name="read_mark"),
]

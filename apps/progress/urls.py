from django.urls import path

from apps.progress import views

urlpatterns = [
    path("lessons/<slug:slug>/read-mark/", views.read_mark, name="read_mark"),
    path("road/plan/", views.plan, name="plan"),
    path("road/pause/", views.pause, name="pause"),
    path("road/pause/end/", views.pause_end, name="pause_end"),
]

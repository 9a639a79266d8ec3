from django.urls import path

from apps.exercises import views

urlpatterns = [
    path("exercises/", views.exercises, name="exercises"),
    path("exercises/<slug:slug>/", views.exercise, name="exercise"),
    path("exercises/<slug:slug>/runs/", views.tries, name="exercise_runs"),
    path("lessons/<slug:slug>/code/<int:number>/", views.block, name="block"),
    path("lessons/<slug:slug>/code/<int:number>/runs/", views.block_runs, name="block_runs"),
    path("runs/<slug:public_id>/", views.run, name="run"),
]

from django.urls import path

from apps.quizzes import views

urlpatterns = [
    path("quizzes/", views.quizzes, name="quizzes"),
    path("quizzes/<slug:slug>/", views.quiz, name="quiz"),
    path("quizzes/<slug:slug>/attempts/", views.attempts, name="quiz_attempts"),
    path("attempts/<slug:public_id>/", views.attempt, name="attempt"),
    path("attempts/<slug:public_id>/questions/<int:number>/", views.question, name="question"),
    path(
        "attempts/<slug:public_id>/questions/<int:number>/draft/",
        views.draft,
        name="question_draft",
    ),
    path(
        "attempts/<slug:public_id>/questions/<int:number>/answer/",
        views.answer,
        name="question_answer",
    ),
]

from django.urls import path

from apps.quizzes import views

urlpatterns = [
    path("statistics/", views.statistics, name="statistics"),
    path(
        "statistics/<slug:quiz_slug>/<slug:slug>/",
        views.question_statistics,
        name="question_statistics",
    ),
    path("quizzes/", views.quizzes, name="quizzes"),
    path("reviews/", views.reviews, name="reviews"),
    path("reviews/concepts.apkg", views.concept_cards, name="concept_cards"),
    path("reviews/mistakes.apkg", views.mistake_cards, name="mistake_cards"),
    path("reviews/attempts/", views.review_attempts, name="review_attempts"),
    path("steps/<slug:slug>/attempts/", views.step_attempts, name="step_attempts"),
    path("steps/<slug:slug>/exam/attempts/", views.exam_attempts, name="exam_attempts"),
    path("attempts/<slug:public_id>/end/", views.exam_end, name="exam_end"),
    path("concepts/<slug:slug>/attempts/", views.concept_attempts, name="concept_attempts"),
    path("drills/<slug:slug>/attempts/", views.drill_attempts, name="drill_attempts"),
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

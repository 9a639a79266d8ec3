from django.urls import path

from apps.mentoring import cohort_views, views

urlpatterns = [
    path("mentoring/", views.mentoring, name="mentoring"),
    path("mentoring/submissions/<slug:public_id>/", views.read, name="read"),
    path("mentoring/submissions/<slug:public_id>/claim/", views.claim, name="claim"),
    path("mentoring/reviews/<int:pk>/", views.review, name="review"),
    path("mentoring/reviews/<int:pk>/release/", views.release, name="review_release"),
    path("mentoring/reviews/<int:pk>/comments/", views.comments, name="review_comments"),
    path("mentoring/reviews/<int:pk>/decision/", views.decision, name="review_decision"),
    path("mentoring/reviews/<int:pk>/thread/", views.thread, name="review_thread"),
    path("mentoring/comments/<int:pk>/", views.comment, name="comment"),
    path("mentoring/comments/<int:pk>/removal/", views.comment_removal, name="comment_removal"),
    path(
        "submissions/<slug:public_id>/review-request/", views.review_request, name="review_request"
    ),
    path("submissions/<slug:public_id>/code/", views.code, name="own_code"),
    path("cohorts/", cohort_views.cohorts, name="cohorts"),
    path("cohorts/<int:pk>/", cohort_views.cohort, name="cohort"),
    path("cohorts/<int:pk>/settings/", cohort_views.cohort_settings, name="cohort_settings"),
    path("cohorts/<int:pk>/invite-links/", cohort_views.invite_links, name="invite_links"),
    path(
        "cohorts/<int:pk>/invite-links/<int:link>/revocation/",
        cohort_views.revocation,
        name="invite_revocation",
    ),
    path("cohorts/<int:pk>/learners/<int:learner>/removal/", cohort_views.removal, name="removal"),
    path("cohorts/<int:pk>/leaving/", cohort_views.leaving, name="leaving"),
    path("join/<str:token>/", cohort_views.join, name="join"),
    path("people/<int:pk>/", cohort_views.person, name="person"),
]

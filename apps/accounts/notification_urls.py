from django.urls import path

from apps.accounts import notification_views as views

urlpatterns = [
    path("notifications/", views.notifications, name="notifications"),
    path("notifications/read-mark/", views.read_mark, name="notifications_read_mark"),
    path("notifications/mail/", views.mail, name="notifications_mail"),
    path("notifications/<int:pk>/visit/", views.visit, name="notification_visit"),
]

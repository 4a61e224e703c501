from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("", views.statistics, name="statistics"),
    path("campaigns/<int:pk>/task-list/", views.task_list, name="task_list"),
    path("campaigns/<int:pk>/task-list.xlsx", views.own_task_list, name="own_task_list"),
    path("campaigns/<int:pk>/drawn-list/", views.drawn_list, name="drawn_list"),
    path("campaigns/<int:pk>/notices/", views.notices, name="notices"),
    path("campaigns/<int:pk>/notice/", views.campaign_notice, name="campaign_notice"),
    path("draws/<int:pk>/minutes.pdf", views.minutes, name="minutes"),
    path("tasks/<int:pk>/notice.pdf", views.notice, name="notice"),
]

from django.urls import path

from jobs import overview_views, views

app_name = "jobs"

urlpatterns = [
    path("", views.job_list, name="list"),
    path("<int:pk>/", views.job_detail, name="detail"),
    path("<int:pk>/progress/", views.job_progress, name="progress"),
    path("<int:pk>/file/", views.job_file, name="file"),
    path("<int:pk>/cancel/", views.job_cancel, name="cancel"),
    path("<int:pk>/retry/", views.job_retry, name="retry"),
    path("all/", overview_views.overview, name="overview"),
    path("all/<int:pk>/", overview_views.overview_job, name="overview_job"),
    path("all/<int:pk>/cancel/", overview_views.overview_cancel, name="overview_cancel"),
    path("all/<int:pk>/retry/", overview_views.overview_retry, name="overview_retry"),
]

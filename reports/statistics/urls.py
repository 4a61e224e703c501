from django.urls import path

from reports.statistics import views

urlpatterns = [
    path("", views.overview, name="statistics"),
    path("problems/", views.problems, name="statistics_problems"),
    path("handling/", views.handling, name="statistics_handling"),
    path("trends/", views.trend, name="statistics_trends"),
    path("pictures/", views.pictures, name="statistics_pictures"),
    path("rows/<slug:key>/", views.rows, name="statistics_rows"),
]

from django.urls import URLPattern

app_name = "selftest"

urlpatterns: list[URLPattern] = []

from django.urls import URLPattern, path

from visits.views import (
    measures,
    own_rectifications,
    rectifications,
)

app_name = "visits"

urlpatterns: list[URLPattern] = [
    # measures and rectifications
    path("tasks/<int:pk>/measures/", measures.task_measures, name="task_measures"),
    path("tasks/<int:pk>/measures/new/", measures.propose, name="measure_propose"),
    path("measures/", measures.measure_list, name="measures"),
    path("measures/<int:pk>/", measures.measure, name="measure"),
    path("measures/<int:pk>/decide/", measures.decide, name="measure_decide"),
    path("measures/<int:pk>/carry-out/", measures.carry_out, name="measure_carry_out"),
    path("measures/<int:pk>/drop/", measures.drop, name="measure_drop"),
    path("tasks/<int:pk>/rectifications/new/", rectifications.order, name="rectification_order"),
    path("rectifications/", rectifications.rectification_list, name="rectifications"),
    path("rectifications/<int:pk>/", rectifications.rectification, name="rectification"),
    path("rectifications/reports/<int:pk>/verify/", rectifications.verify, name="rectification_verify"),
    path("rectifications/reports/<int:pk>/file/", rectifications.report_file, name="rectification_file"),
    path("rectifications/extensions/<int:pk>/", rectifications.decide_extension, name="extension_decide"),
    path("my/rectifications/", own_rectifications.own_rectifications, name="own_rectifications"),
    path("my/rectifications/<int:pk>/", own_rectifications.own_rectification, name="own_rectification"),
    path("my/rectifications/<int:pk>/report/", own_rectifications.report, name="rectification_report"),
    path("my/rectifications/<int:pk>/extension/", own_rectifications.ask_extension, name="extension_ask"),
]

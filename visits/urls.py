from django.urls import URLPattern, path

from visits.views import (
    adoption,
    findings,
    joint,
    measures,
    own_rectifications,
    rectifications,
    results,
)

app_name = "visits"

urlpatterns: list[URLPattern] = [
    # results
    path("tasks/<int:pk>/results/", results.results, name="results"),
    path("tasks/<int:pk>/joint/", joint.conclude, name="conclude"),
    path("tasks/<int:pk>/adoption/", adoption.adoption, name="adoption"),
    path("tasks/<int:pk>/adoption/ask/", adoption.ask, name="adoption_ask"),
    path("adoptions/<int:pk>/approve/", adoption.approve, name="adoption_approve"),
    path("results/<int:pk>/", results.write, name="result"),
    path("results/<int:pk>/submit/", results.submit, name="result_submit"),
    path("results/<int:pk>/pass/", results.pass_, name="result_pass"),
    path("results/<int:pk>/return/", results.return_, name="result_return"),
    path("results/<int:pk>/amend/", results.amend, name="amend"),
    path("results/<int:pk>/findings/new/", findings.add, name="finding_add"),
    path("results/<int:pk>/findings/take-over/", findings.take_over, name="finding_take_over"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
    path("findings/<int:pk>/withdraw/", findings.withdraw, name="finding_withdraw"),
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

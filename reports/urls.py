from django.urls import path

from reports import (
    referral_letter,
    result_record,
    self_check_views,
    sheet_views,
    views,
    visit_documents_views,
    visit_sheet,
)
from reports.duties import urls as duties
from reports.official import urls as official
from reports.statistics import urls as statistics

app_name = "reports"

urlpatterns = [
    *statistics.urlpatterns,
    *duties.urlpatterns,
    *official.urlpatterns,
    path("sheets/", sheet_views.sheets, name="sheets"),
    path("campaigns/<int:pk>/sheets/", sheet_views.campaign_sheets, name="campaign_sheets"),
    path("campaigns/<int:pk>/sheets/<slug:key>/", sheet_views.sheet, name="sheet"),
    path("campaigns/<int:pk>/sheets/<slug:key>/make/", sheet_views.make_sheet, name="make_sheet"),
    path("campaigns/<int:pk>/sheets/<slug:key>/rows/<slug:figure>/", sheet_views.sheet_rows, name="sheet_rows"),
    path("campaigns/<int:pk>/task-list/", views.task_list, name="task_list"),
    path("campaigns/<int:pk>/task-list.xlsx", views.own_task_list, name="own_task_list"),
    path("campaigns/<int:pk>/drawn-list/", views.drawn_list, name="drawn_list"),
    path("campaigns/<int:pk>/notices/", views.notices, name="notices"),
    path("campaigns/<int:pk>/notice/", views.campaign_notice, name="campaign_notice"),
    path("draws/<int:pk>/minutes.pdf", views.minutes, name="minutes"),
    path("tasks/<int:pk>/notice.pdf", views.notice, name="notice"),
    path("results/<int:pk>/record.pdf", result_record.result_record, name="result_record"),
    path("forms/<int:pk>/form.pdf", self_check_views.blank_form, name="blank_form"),
    path("selfchecks/<int:pk>/draft.pdf", self_check_views.self_check_draft, name="self_check_draft"),
    path("selfchecks/<int:pk>/form.pdf", self_check_views.self_check_pdf, name="self_check_pdf"),
    path("selfchecks/<int:pk>/<int:number>/form.pdf", self_check_views.self_check_version, name="self_check_version"),
    path(
        "selfchecks/<int:pk>/<int:number>/receipt.pdf", self_check_views.self_check_receipt, name="self_check_receipt"
    ),
    path("rectifications/<int:pk>/order.pdf", visit_documents_views.rectification_order, name="rectification_order"),
    path("visits/<int:pk>/sheet.pdf", visit_sheet.visit_sheet, name="visit_sheet"),
    path("referrals/<int:pk>/letter.pdf", referral_letter.referral_letter, name="referral_letter"),
    path("rounds/<int:pk>/selfchecks/", self_check_views.self_checks_batch, name="self_checks_batch"),
    path("rounds/<int:pk>/workbook/", self_check_views.self_check_workbook, name="self_check_workbook"),
]

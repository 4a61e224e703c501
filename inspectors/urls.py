from django.urls import path

from inspectors.views import absences, experts, imports, inspectors

app_name = "inspectors"

urlpatterns = [
    path("", inspectors.inspector_list, name="list"),
    path("add/", inspectors.inspector_create, name="create"),
    path("export/", inspectors.export, name="export"),
    path("<int:pk>/", inspectors.inspector_detail, name="detail"),
    path("<int:pk>/edit/", inspectors.inspector_edit, name="edit"),
    path("<int:pk>/account/", inspectors.inspector_link, name="link"),
    path("<int:pk>/history/", inspectors.inspector_history, name="history"),
    path("<int:pk>/conflicts/add/", absences.declare_for_inspector, name="declare"),
    path("<int:pk>/leaves/add/", absences.leave_add, name="leave_add"),
    path("experts/", experts.expert_list, name="experts"),
    path("experts/add/", experts.expert_create, name="expert_create"),
    path("experts/export/", experts.export, name="expert_export"),
    path("experts/<int:pk>/", experts.expert_detail, name="expert"),
    path("experts/<int:pk>/edit/", experts.expert_edit, name="expert_edit"),
    path("experts/<int:pk>/ban/", experts.expert_ban, name="expert_ban"),
    path("experts/<int:pk>/lift-ban/", experts.expert_lift, name="expert_lift"),
    path("experts/<int:pk>/history/", experts.expert_history, name="expert_history"),
    path("experts/<int:pk>/conflicts/add/", absences.declare_for_expert, name="expert_declare"),
    path("conflicts/", absences.conflict_list, name="conflicts"),
    path("conflicts/<int:pk>/decide/", absences.conflict_decide, name="conflict_decide"),
    path("leaves/", absences.leave_list, name="leaves"),
    path("leaves/<int:pk>/cancel/", absences.leave_cancel, name="leave_cancel"),
    path("import/runs/<int:pk>/", imports.import_run, name="import_run"),
    path("import/runs/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("import/runs/<int:pk>/confirm/", imports.confirm, name="import_confirm"),
    path("import/<slug:pool>/", imports.upload, name="import"),
    path("import/<slug:pool>/template/", imports.template, name="import_template"),
]

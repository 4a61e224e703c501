from django.urls import path

from institutions.views import editing, imports, pool

app_name = "institutions"

urlpatterns = [
    path("", pool.institution_list, name="list"),
    path("export/", pool.export, name="export"),
    path("create/", editing.create, name="create"),
    path("import/", imports.upload, name="import"),
    path("import/template/", imports.template, name="import_template"),
    path("import/<int:pk>/", imports.import_run, name="import_run"),
    path("import/<int:pk>/progress/", imports.import_progress, name="import_progress"),
    path("import/<int:pk>/confirm/", imports.confirm, name="import_confirm"),
    path("import/<int:pk>/marked/", imports.marked, name="import_marked"),
    path("<int:pk>/", pool.institution_detail, name="detail"),
    path("<int:pk>/history/", pool.institution_history, name="history"),
    path("<int:pk>/edit/", editing.edit, name="edit"),
    path("<int:pk>/business-regions/", editing.business_regions, name="business_regions"),
    path("<int:pk>/credit-class/", editing.credit_class, name="credit_class"),
    path("<int:pk>/certificates/add/", editing.certificate_add, name="certificate_add"),
    path("<int:pk>/certificates/<int:certificate_pk>/", editing.certificate_edit, name="certificate_edit"),
    path("<int:pk>/certificates/<int:certificate_pk>/sites/add/", editing.site_add, name="site_add"),
    path("<int:pk>/sites/<int:site_pk>/", editing.site_edit, name="site_edit"),
    path("<int:pk>/sites/<int:site_pk>/remove/", editing.site_remove, name="site_remove"),
    path("<int:pk>/flags/add/", editing.flag_add, name="flag_add"),
    path("<int:pk>/flags/<int:flag_pk>/end/", editing.flag_end, name="flag_end"),
]

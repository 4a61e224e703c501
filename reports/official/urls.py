from django.urls import path

from reports.official.views import deciding, documents, editing, files

urlpatterns = [
    path("documents/", documents.documents, name="documents"),
    path("documents/new/", documents.new, name="document_new"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/edit/", editing.edit, name="document_edit"),
    path("documents/<int:pk>/compose/", editing.compose_again, name="document_compose"),
    path("documents/<int:pk>/versions/", documents.versions, name="document_versions"),
    path("documents/<int:pk>/document.pdf", files.pdf, name="document_pdf"),
    path("documents/<int:pk>/document.docx", files.word, name="document_docx"),
    path("documents/<int:pk>/present/", deciding.present, name="document_present"),
    path("documents/<int:pk>/take-back/", deciding.take_back, name="document_take_back"),
    path("documents/<int:pk>/return/", deciding.send_back, name="document_return"),
    path("documents/<int:pk>/issue/", deciding.issue, name="document_issue"),
    path("documents/<int:pk>/withdraw/", deciding.withdraw, name="document_withdraw"),
    path("documents/<int:pk>/drop/", deciding.drop, name="document_drop"),
    path("documents/campaigns/<int:pk>/", files.task_papers, name="task_papers"),
]

from django.urls import path

from campaigns.views import allotment, campaigns, draws, lines, matters, steps, tasks

app_name = "campaigns"

urlpatterns = [
    path("campaigns/", campaigns.campaign_list, name="list"),
    path("campaigns/new/", campaigns.create, name="create"),
    path("campaigns/<int:pk>/", campaigns.detail, name="detail"),
    path("campaigns/<int:pk>/edit/", campaigns.edit, name="edit"),
    path("campaigns/<int:pk>/edit/<slug:part>/", campaigns.edit_part, name="edit_part"),
    path("campaigns/<int:pk>/log/", campaigns.log, name="log"),
    path("campaigns/<int:pk>/people/", campaigns.people, name="people"),
    path("campaigns/<int:pk>/lines/new/", lines.create, name="line_create"),
    path("campaigns/<int:pk>/lines/preview/", lines.preview, name="line_preview"),
    path("lines/<int:pk>/", lines.edit, name="line_edit"),
    path("lines/<int:pk>/delete/", lines.delete, name="line_delete"),
    path("campaigns/<int:pk>/allotment/", allotment.overview, name="allotment"),
    path("campaigns/<int:pk>/allotment/parent/", allotment.from_parent, name="allotment_parent"),
    path("campaigns/<int:pk>/allotment/upload/", allotment.upload, name="allotment_upload"),
    path("campaigns/<int:pk>/allotment/template/", allotment.template, name="allotment_template"),
    path("campaigns/<int:pk>/propose/", steps.propose, name="propose"),
    path("campaigns/<int:pk>/withdraw/", steps.withdraw, name="withdraw"),
    path("agreements/<int:pk>/", steps.answer, name="answer"),
    path("campaigns/<int:pk>/freeze/confirm/", draws.confirm_freeze, name="confirm_freeze"),
    path("campaigns/<int:pk>/freeze/", steps.freeze, name="freeze"),
    path("campaigns/<int:pk>/draw/", draws.draw, name="draw"),
    path("campaigns/<int:pk>/draw/run/", steps.draw, name="run_draw"),
    path("campaigns/<int:pk>/draw/population/", draws.population, name="population"),
    path("campaigns/<int:pk>/draw/manifest.json", draws.manifest, name="manifest"),
    path("campaigns/<int:pk>/draw/transcript.json", draws.transcript, name="transcript"),
    path("campaigns/<int:pk>/jobs/<int:job_pk>/", draws.job, name="job"),
    path("contributions/<int:pk>/", draws.contribute, name="contribute"),
    path("campaigns/<int:pk>/dispatch/", steps.dispatch, name="dispatch"),
    path("campaigns/<int:pk>/tasks/", tasks.campaign_tasks, name="campaign_tasks"),
    path("campaigns/<int:pk>/documents/", campaigns.documents, name="documents"),
    path("tasks/", tasks.task_list, name="tasks"),
    path("tasks/notify/", tasks.notify_many, name="notify_many"),
    path("tasks/<int:pk>/", tasks.task, name="task"),
    path("tasks/<int:pk>/notify/", tasks.notify, name="notify"),
    path("matters/", matters.matter_list, name="matters"),
    path("matters/<slug:code>/", matters.matter, name="matter"),
]

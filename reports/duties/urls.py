from django.urls import path

from reports.duties.views import duty, lists

urlpatterns = [
    path("duties/", lists.duties, name="duties"),
    path("duties/campaigns/<int:pk>/", lists.campaign_duties, name="campaign_duties"),
    path("duties/campaigns/<int:pk>/assign/", lists.assign, name="duties_assign"),
    path("duties/campaigns/<int:pk>/add/", lists.add, name="duty_add"),
    path("duties/<int:pk>/", duty.duty, name="duty"),
    path("duties/<int:pk>/edit/", duty.edit, name="duty_edit"),
    path("duties/<int:pk>/drop/", duty.drop, name="duty_drop"),
    path("duties/<int:pk>/upload/", duty.upload, name="duty_upload"),
    path("duties/<int:pk>/hand-in/", duty.hand_in, name="duty_hand_in"),
    path("duties/<int:pk>/assemble/", duty.assemble, name="duty_assemble"),
    path("duties/files/<int:pk>/", duty.file, name="duty_file"),
    path("duties/files/<int:pk>/remove/", duty.remove, name="duty_file_remove"),
    path("duties/submissions/<int:pk>/return/", duty.send_back, name="submission_return"),
    path("duties/submissions/<int:pk>/receive/", duty.receive, name="submission_receive"),
]

from django.urls import path

from accounts.views import calendar, own, places, trail, users

app_name = "accounts"

urlpatterns = [
    path("sign-in/", own.sign_in, name="sign_in"),
    path("sign-out/", own.sign_out, name="sign_out"),
    path("password/", own.password, name="password"),
    path("profile/", own.profile, name="profile"),
    path("email/", own.email, name="email"),
    path("tokens/", own.tokens, name="tokens"),
    path("tokens/<str:token_key>/revoke/", own.revoke_token, name="token_revoke"),
    path("users/", users.user_list, name="users"),
    path("users/new/", users.user_create, name="user_create"),
    path("users/<int:pk>/", users.user_detail, name="user"),
    path("users/<int:pk>/edit/", users.user_edit, name="user_edit"),
    path("users/<int:pk>/close/", users.user_close, name="user_close"),
    path("users/<int:pk>/reopen/", users.user_reopen, name="user_reopen"),
    path("users/<int:pk>/reset/", users.user_reset, name="user_reset"),
    path("users/<int:pk>/roles/", users.user_grant, name="user_grant"),
    path("users/<int:pk>/roles/<slug:role>/revoke/", users.user_revoke, name="user_revoke"),
    path("bureaus/", places.bureau_list, name="bureaus"),
    path("bureaus/new/", places.bureau_create, name="bureau_create"),
    path("bureaus/<str:code>/", places.bureau_detail, name="bureau"),
    path("bureaus/<str:code>/edit/", places.bureau_edit, name="bureau_edit"),
    path("regions/", places.region_list, name="regions"),
    path("regions/new/", places.region_create, name="region_create"),
    path("regions/<str:code>/", places.region_detail, name="region"),
    path("regions/<str:code>/edit/", places.region_edit, name="region_edit"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<str:day>/remove/", calendar.remove, name="calendar_remove"),
    path("audit/", trail.audit_list, name="audit"),
    path("audit/export/", trail.audit_export, name="audit_export"),
    path("audit/verify/", trail.audit_verify, name="audit_verify"),
    path("audit/<int:number>/", trail.audit_event, name="audit_event"),
]

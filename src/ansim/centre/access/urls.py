"""Addresses of this room, included at the root."""

from django.urls import path

from ansim.centre.access import account_views, enrol_views, views

urlpatterns = [
    path("staff/sign-in", views.sign_in, name="staff-sign-in"),
    path("staff/sign-in/passkey", views.passkey_sign_in, name="staff-passkey"),
    path("staff/sign-in/passkey/options", views.passkey_options, name="staff-passkey-options"),
    path("staff/sign-in/password", views.open_with_password, name="staff-open"),
    path("staff/sign-in/second", views.second, name="staff-second"),
    path("staff/sign-in/second/options", views.second_options, name="staff-second-options"),
    path("staff/sign-in/recovery", views.recovery, name="staff-recovery"),
    path("staff/sign-out", views.sign_out, name="staff-sign-out"),
    path("staff/enrol", enrol_views.enrol, name="staff-enrol"),
    path("staff/enrol/passkey", enrol_views.enrol_passkey, name="staff-enrol-passkey"),
    path("staff/enrol/options", enrol_views.enrol_options, name="staff-enrol-options"),
    path("staff/enrol/codes", enrol_views.codes, name="staff-codes"),
    path("staff/again", account_views.again, name="staff-again"),
    path("staff/again/options", account_views.again_options, name="staff-again-options"),
    path("staff/kept", account_views.kept, name="staff-kept"),
    path("staff/account", account_views.account, name="staff-account"),
    path("staff/account/password", account_views.password, name="staff-password"),
    path("staff/account/language", account_views.language, name="staff-language"),
    path("staff/account/sessions", account_views.end_other_sessions, name="staff-sessions"),
    path("staff/account/codes", account_views.new_codes, name="staff-new-codes"),
    path("staff/account/factors/<uuid:factor>", account_views.remove_factor, name="staff-factor"),
]

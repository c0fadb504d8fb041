"""Addresses of the retention room."""

from django.urls import path

from ansim.centre.retention import case_views, views

CERTIFICATE = "staff/retention/certificates/<uuid:key>"
CASE = "staff/cases/<uuid:case_id>/retention"

urlpatterns = [
    path("staff/retention", views.overview, name="retention"),
    path(CERTIFICATE, views.certificate, name="certificate"),
    path(f"{CERTIFICATE}/file", views.certificate_file, name="certificate-file"),
    path(CASE, case_views.case_page, name="case-retention"),
    path(f"{CASE}/keep", case_views.keep, name="case-keep"),
    path(f"{CASE}/asker", case_views.asker, name="case-asker"),
    path(f"{CASE}/hold", case_views.hold, name="case-hold"),
    path(f"{CASE}/lift", case_views.lift, name="case-hold-lift"),
    path(f"{CASE}/erase", case_views.erase_view, name="case-erase"),
]

"""Addresses of a case's own pages."""

from django.urls import path

from ansim.centre.cases import identity_views, standing_views, views

CASE = "staff/cases/<uuid:case_id>"

urlpatterns = [
    path(f"{CASE}/triage", views.triage, name="case-triage"),
    path(f"{CASE}/share", views.share, name="case-share"),
    path(f"{CASE}/close", views.close, name="case-close"),
    path(f"{CASE}/story", views.story, name="case-story"),
    path(f"{CASE}/messages", views.case_messages, name="case-messages"),
    path(f"{CASE}/notes", views.notes, name="case-notes"),
    path(f"{CASE}/standing", standing_views.case_standing, name="case-standing"),
    path(f"{CASE}/identity", identity_views.identity, name="case-identity"),
    path("staff/identity", identity_views.custodian, name="identity-review"),
    path("staff/identity/asks/<uuid:ask_id>", identity_views.answer, name="identity-ask"),
    path(
        "staff/identity/showings/<uuid:showing_id>", identity_views.reviewed, name="identity-showing"
    ),
]

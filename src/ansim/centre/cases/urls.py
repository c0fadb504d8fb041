"""Addresses of a case's own pages."""

from django.urls import path

from ansim.centre.cases import views

CASE = "staff/cases/<uuid:case_id>"

urlpatterns = [
    path(f"{CASE}/triage", views.triage, name="case-triage"),
    path(f"{CASE}/share", views.share, name="case-share"),
    path(f"{CASE}/close", views.close, name="case-close"),
    path(f"{CASE}/story", views.story, name="case-story"),
    path(f"{CASE}/messages", views.case_messages, name="case-messages"),
    path(f"{CASE}/notes", views.notes, name="case-notes"),
    path(f"{CASE}/consents", views.consents, name="case-consents"),
    path(f"{CASE}/consents/withdraw", views.withdraw_consent, name="case-consent-withdraw"),
]

"""Addresses of the patrol room."""

from django.urls import path

from ansim.centre.patrol import views

urlpatterns = [
    path("staff/patrol", views.overview, name="patrol"),
    path("staff/patrol/banks/new", views.import_bank, name="bank-import"),
    path("staff/patrol/banks/<uuid:bank_id>/approve", views.approve_bank, name="bank-approve"),
    path("staff/patrol/sources/<uuid:source_id>/run", views.run_now, name="source-run"),
]

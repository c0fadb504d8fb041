"""Addresses of the patrol room."""

from django.urls import path

from ansim.centre.patrol import find_views, ledger_views, target_views, views

urlpatterns = [
    path("staff/patrol/ledger", ledger_views.overview, name="patrol-ledger"),
    path("staff/patrol/ledger/csv", ledger_views.export, name="patrol-ledger-csv"),
    path("staff/patrol/ledger/<uuid:host_id>", ledger_views.host, name="patrol-ledger-host"),
    path("staff/patrol", views.overview, name="patrol"),
    path("staff/patrol/banks/new", views.import_bank, name="bank-import"),
    path("staff/patrol/banks/<uuid:bank_id>/approve", views.approve_bank, name="bank-approve"),
    path("staff/patrol/banks/<uuid:bank_id>/rest", views.rest_bank, name="bank-rest"),
    path("staff/patrol/targets/new", target_views.choose, name="target-new"),
    path("staff/patrol/targets/new/<slug:kind_of_source>", target_views.add, name="target-add"),
    path("staff/patrol/targets/<uuid:target_id>", target_views.show, name="target"),
    path("staff/patrol/targets/<uuid:target_id>/change", target_views.change, name="target-change"),
    path("staff/patrol/targets/<uuid:target_id>/rest", target_views.rest, name="target-rest"),
    path("staff/patrol/targets/<uuid:target_id>/robots", target_views.robots, name="target-robots"),
    path("staff/patrol/targets/<uuid:target_id>/run", target_views.run_now, name="target-run"),
    path("staff/patrol/near/<uuid:near_id>", find_views.near_hit, name="near-hit"),
    path("staff/patrol/leads/<uuid:lead_id>", find_views.lead, name="lead"),
]

"""Addresses of the desk and of the case pages that look across rooms."""

from django.urls import path

from ansim.centre.desk import (
    case_views,
    consent_views,
    find_views,
    intake_views,
    sharing_views,
    views,
)
from ansim.centre.support.views import plan

CASE = "staff/cases/<uuid:case_id>"

urlpatterns = [
    path("staff", views.home),
    path("staff/", views.today, name="staff-today"),
    path("staff/find", find_views.find, name="find"),
    path("staff/find/case", find_views.look, name="find-look"),
    path("staff/find/words", find_views.words, name="find-words"),
    path("staff/cases", views.case_list, name="case-list"),
    path("staff/cases/find", views.find, name="case-find"),
    path("staff/cases/new", intake_views.new_case, name="case-new"),
    path(CASE, case_views.overview, name="case"),
    path(f"{CASE}/links", case_views.links, name="case-links"),
    path(f"{CASE}/links/add", case_views.add_link_view, name="case-link-add"),
    path(f"{CASE}/pictures/add", case_views.add_picture, name="case-picture-add"),
    path(f"{CASE}/words", case_views.search_words, name="case-words"),
    path(f"{CASE}/plan", plan, name="case-plan"),
    path(f"{CASE}/referrals", case_views.referrals, name="case-referrals"),
    path(f"{CASE}/consents", consent_views.consents, name="case-consents"),
    path(f"{CASE}/consents/give", consent_views.give, name="case-consent-give"),
    path(f"{CASE}/consents/withdraw", consent_views.withdraw, name="case-consent-withdraw"),
    path(f"{CASE}/fingerprints", sharing_views.lists, name="case-hash-lists"),
    path(
        f"{CASE}/fingerprints/<uuid:list_id>", sharing_views.detail, name="case-hash-list"
    ),
    path(
        f"{CASE}/fingerprints/materials/<uuid:material_id>",
        sharing_views.withdraw_material,
        name="case-material-withdraw",
    ),
    path(f"{CASE}/log", case_views.log, name="case-log"),
]

"""Addresses of joint acts and of the file that one of them makes."""

from django.urls import path

from ansim.centre.desk import act_views, export_views

CASE = "staff/cases/<uuid:case_id>"

urlpatterns = [
    path("staff/acts", act_views.acts, name="acts"),
    path("staff/acts/<uuid:act_id>", act_views.act, name="act"),
    path(f"{CASE}/acts/<str:kind>", act_views.ask, name="act-ask"),
    path(f"{CASE}/export", export_views.export, name="case-export"),
]

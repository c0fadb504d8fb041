"""Addresses of the pages about staff."""

from django.urls import path

from ansim.centre.desk import staff_views

ONE = "staff/people/<uuid:staff_id>"

urlpatterns = [
    path("staff/people", staff_views.staff_list, name="staff-list"),
    path("staff/people/add", staff_views.add, name="staff-add"),
    path("staff/people/waiting", staff_views.waiting, name="staff-waiting"),
    path(f"{ONE}/role", staff_views.role, name="staff-role"),
    path(f"{ONE}/close", staff_views.close, name="staff-close"),
    path(f"{ONE}/lost-password", staff_views.lost_password, name="staff-lost-password"),
    path(f"{ONE}/second-step", staff_views.reset, name="staff-reset"),
    path(f"{ONE}/cases", staff_views.give_back, name="staff-give-back"),
]

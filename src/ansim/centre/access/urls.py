"""Addresses of this room, included at the root."""

from django.urls import path

from ansim.centre.access import views

urlpatterns = [
    path("staff/sign-in", views.sign_in, name="staff-sign-in"),
    path("staff/sign-out", views.sign_out, name="staff-sign-out"),
]

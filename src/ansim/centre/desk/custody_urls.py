"""Addresses of the custody log: a page of the desk, for it names things of every room."""

from django.urls import path

from ansim.centre.desk import custody_views

urlpatterns = [
    path("staff/custody", custody_views.log, name="custody-log"),
    path("staff/custody/verify", custody_views.verify, name="custody-verify"),
]

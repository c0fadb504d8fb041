"""Addresses of the custody room."""

from django.urls import path

from ansim.centre.custody import views

urlpatterns = [
    path("staff/custody", views.log, name="custody-log"),
    path("staff/custody/verify", views.verify, name="custody-verify"),
]

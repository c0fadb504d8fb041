"""Addresses that every page shares. The root URLconf includes them and names the handlers."""

from django.urls import path

from ansim.centre.shell import views

urlpatterns = [
    path("exit", views.leave, name="exit"),
    path("lang/<str:code>", views.switch_language, name="language"),
    path("favicon.ico", views.favicon, name="favicon"),
]

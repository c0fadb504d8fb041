"""Addresses of the statistics room."""

from django.urls import path

from ansim.centre.statistics import views

urlpatterns = [
    path("staff/statistics", views.month, name="statistics"),
    path("staff/statistics/csv", views.month_csv, name="statistics-csv"),
]

"""Addresses of the custody room: its page is made at the desk, which may know every room."""

from ansim.centre.desk.custody_urls import urlpatterns

__all__ = ["urlpatterns"]

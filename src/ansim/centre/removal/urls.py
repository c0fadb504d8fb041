"""Addresses of the removal room."""

from django.urls import path

from ansim.centre.removal import link_views, recipient_views, request_views, views

urlpatterns = [
    path("staff/removal", views.queue, name="removal-queue"),
    path("staff/removal/confirm", views.confirm, name="removal-confirm"),
    path("staff/removal/replies", views.replies, name="removal-replies"),
    path("staff/removal/replies/<uuid:reply_id>", views.see_reply, name="reply-seen"),
    path("staff/requests/<uuid:request_id>", request_views.detail, name="request"),
    path("staff/requests/<uuid:request_id>/letter", request_views.letter, name="request-letter"),
    path("staff/requests/<uuid:request_id>/again", request_views.rewrite, name="request-rewrite"),
    path(
        "staff/requests/<uuid:request_id>/standing", request_views.standing, name="request-standing"
    ),
    path(
        "staff/requests/<uuid:request_id>/unclear/left",
        request_views.unclear,
        {"left": True},
        name="request-unclear-left",
    ),
    path(
        "staff/requests/<uuid:request_id>/unclear/again",
        request_views.unclear,
        {"left": False},
        name="request-unclear-again",
    ),
    path("staff/links/<uuid:link_id>", link_views.detail, name="link"),
    path("staff/links/<uuid:link_id>/address", link_views.address, name="link-address"),
    path("staff/links/<uuid:link_id>/look", link_views.look, name="link-look"),
    path("staff/links/<uuid:link_id>/robots", link_views.robots, name="link-robots"),
    path("staff/links/<uuid:link_id>/ask", link_views.ask, name="link-ask"),
    path("staff/recipients", recipient_views.recipients, name="recipients"),
]

"""Every address of the site. Ids are UUIDs; no name, reference or link is ever in a path."""

from django.urls import include, path

urlpatterns = [
    path("", include("ansim.centre.shell.urls")),
    path("", include("ansim.centre.access.urls")),
    path("", include("ansim.centre.desk.urls")),
    path("", include("ansim.centre.cases.urls")),
    path("", include("ansim.centre.removal.urls")),
    path("", include("ansim.centre.patrol.urls")),
    path("", include("ansim.centre.retention.urls")),
    path("", include("ansim.centre.statistics.urls")),
    path("", include("ansim.centre.desk.custody_urls")),
    path("", include("ansim.centre.desk.act_urls")),
    path("", include("ansim.centre.desk.staff_urls")),
    path("", include("ansim.centre.portal.urls")),
]

handler400 = "ansim.centre.shell.views.bad_request"
handler403 = "ansim.centre.shell.views.permission_denied"
handler404 = "ansim.centre.shell.views.page_not_found"
handler500 = "ansim.centre.shell.views.server_error"

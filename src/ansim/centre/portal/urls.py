"""Addresses of the person's own pages."""

from django.urls import path

from ansim.centre.portal import consent_views, erase_views, mine_views, report_views, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("report/send", report_views.send, name="report-send"),
    path("report/code", views.code, name="report-code"),
    path("report/code/print", views.code_to_print, name="report-code-print"),
    path("report/<int:number>", report_views.step, name="report"),
    path("code", views.enter, name="enter"),
    path("mine", mine_views.mine, name="mine"),
    path("mine/later", mine_views.later, name="mine-later"),
    path("mine/links", mine_views.add_links, name="mine-link-add"),
    path("mine/links/<uuid:sighting_id>", mine_views.show_link, name="mine-link-show"),
    path("mine/messages", mine_views.messages_page, name="mine-messages"),
    path("mine/consents", consent_views.consents, name="mine-consents"),
    path("mine/erase", erase_views.about, name="mine-erase"),
    path("mine/erase/confirm", erase_views.confirm, name="mine-erase-confirm"),
    path("mine/erase/back", erase_views.take_back, name="mine-erase-back"),
    path("mine/keep", erase_views.keep, name="mine-keep"),
    path("done", erase_views.erased, name="erased"),
    path("done/certificate", erase_views.certificate_file, name="erased-certificate"),
    path("privacy", views.privacy, name="privacy"),
    path("accessibility", views.accessibility, name="accessibility"),
]

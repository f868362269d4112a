"""Addresses of campaigns, challenges and rating: pages, files and the API."""

from django.urls import path

from webapp.crowd import api_campaigns, api_entries, views
from webapp.ratings.models import CampaignKind

_CHALLENGE = {"kind": CampaignKind.CHALLENGE}

pages = [
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/new/", views.campaign_new, name="campaign-new"),
    path("campaigns/<uuid:pk>/", views.campaign, name="campaign"),
    path("campaigns/<uuid:pk>/edit/", views.campaign_edit, name="campaign-edit"),
    path("ratings/", views.my_ratings, name="my-ratings"),
]
api_v1 = [
    path("campaigns", api_campaigns.Campaigns.as_view(), name="api-campaigns"),
    path("campaigns/<uuid:pk>", api_campaigns.CampaignDetail.as_view(), name="api-campaign"),
    path("campaigns/<uuid:pk>/publish", api_campaigns.CampaignPublish.as_view(),
         name="api-campaign-publish"),
    path("campaigns/<uuid:pk>/close", api_campaigns.CampaignClose.as_view(),
         name="api-campaign-close"),
    path("campaigns/<uuid:pk>/reopen", api_campaigns.CampaignReopen.as_view(),
         name="api-campaign-reopen"),
    path("campaigns/<uuid:pk>/reveal", api_campaigns.CampaignReveal.as_view(),
         name="api-campaign-reveal"),
    path("campaigns/<uuid:pk>/link", api_campaigns.CampaignLink.as_view(),
         name="api-campaign-link"),
    path("campaigns/<uuid:pk>/entries", api_entries.CampaignEntries.as_view(),
         name="api-campaign-entries"),
    path("campaigns/<uuid:pk>/entries/<uuid:entry_id>", api_entries.EntryDetail.as_view(),
         name="api-entry"),
    path("campaigns/<uuid:pk>/entries/<uuid:entry_id>/disqualify",
         api_entries.EntryDisqualify.as_view(), name="api-entry-disqualify"),
    path("campaigns/<uuid:pk>/entries/<uuid:entry_id>/requalify",
         api_entries.EntryRequalify.as_view(), name="api-entry-requalify"),
    path("campaigns/<uuid:pk>/entries/<uuid:entry_id>/comments",
         api_entries.EntryComments.as_view(), name="api-entry-comments"),
    path("challenges", api_campaigns.Campaigns.as_view(**_CHALLENGE), name="api-challenges"),
    path("challenges/<uuid:pk>", api_campaigns.CampaignDetail.as_view(**_CHALLENGE),
         name="api-challenge"),
]  # fmt: skip

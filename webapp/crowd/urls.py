"""Addresses of campaigns, challenges and rating: pages, files and the API."""

from django.urls import path

from webapp.crowd import (
    api_campaigns,
    api_dashboard,
    api_entries,
    api_rating,
    media,
    views,
    views_rating,
)
from webapp.ratings.models import CampaignKind

_CHALLENGE = {"kind": CampaignKind.CHALLENGE}

pages = [
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/new/", views.campaign_new, name="campaign-new"),
    path("campaigns/<uuid:pk>/", views.campaign, name="campaign"),
    path("campaigns/<uuid:pk>/edit/", views.campaign_edit, name="campaign-edit"),
    path("ratings/", views.my_ratings, name="my-ratings"),
    path("rate/<uuid:pk>/", views_rating.rate, name="rate"),
    path("join/<str:token>/", views_rating.join_page, name="join"),
    path(
        "campaigns/<uuid:pk>/media/<uuid:entry_id>/<str:size>.<str:ext>",
        media.entry_file,
        name="entry-file",
    ),
]
api_v1 = [
    path("campaigns/<uuid:pk>/join", api_rating.CampaignJoin.as_view(), name="api-campaign-join"),
    path("campaigns/<uuid:pk>/me", api_rating.CampaignMe.as_view(), name="api-campaign-me"),
    path("assignments", api_rating.Assignments.as_view(), name="api-assignments"),
    path("ratings", api_rating.Ratings.as_view(), name="api-ratings"),
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
    path("campaigns/<uuid:pk>/dashboard", api_dashboard.CampaignDashboard.as_view(),
         name="api-campaign-dashboard"),
    path("campaigns/<uuid:pk>/raters", api_dashboard.CampaignRaters.as_view(),
         name="api-campaign-raters"),
    path("campaigns/<uuid:pk>/raters/<uuid:rater_id>/quarantine",
         api_dashboard.RaterQuarantine.as_view(), name="api-rater-quarantine"),
    path("campaigns/<uuid:pk>/raters/<uuid:rater_id>/lift", api_dashboard.RaterLift.as_view(),
         name="api-rater-lift"),
    path("challenges", api_campaigns.Campaigns.as_view(**_CHALLENGE), name="api-challenges"),
    path("challenges/<uuid:pk>", api_campaigns.CampaignDetail.as_view(**_CHALLENGE),
         name="api-challenge"),
]  # fmt: skip

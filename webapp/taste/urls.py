"""Addresses of one's own taste; webapp.config.urls puts them under /api/v1/."""

from django.urls import path

from webapp.taste import api

api_v1 = [
    path("taste", api.OneTaste.as_view(), name="api-taste"),
    path("artworks/<uuid:pk>/pick", api.ArtworkPick.as_view(), name="api-pick"),
]

"""Addresses of snapshots, training runs and versions of models: pages, files and the API."""

from django.urls import URLPattern, path

from webapp.training import media, views

pages = [
    path("training/", views.training, name="training"),
    path("training/new/", views.snapshot_new, name="snapshot-new"),
    path("training/snapshots/<uuid:pk>/", views.snapshot, name="snapshot"),
    path("training/runs/<uuid:pk>/", views.run, name="run"),
    path("training/compare/", views.run_compare, name="run-compare"),
    path("training/media/<uuid:pk>/<str:sha256>.webp", media.picture, name="snapshot-picture"),
]
api_v1: list[URLPattern] = [
    # snapshots
    # training runs
    # versions of models
]

"""Addresses of snapshots, training runs and versions of models: pages, files and the API."""

from django.urls import URLPattern, path

from webapp.training import api_runs, api_snapshots, api_versions, media, views

pages = [
    path("training/", views.training, name="training"),
    path("training/new/", views.snapshot_new, name="snapshot-new"),
    path("training/snapshots/<uuid:pk>/", views.snapshot, name="snapshot"),
    path("training/runs/<uuid:pk>/", views.run, name="run"),
    path("training/compare/", views.run_compare, name="run-compare"),
    path("training/media/<uuid:pk>/<str:sha256>.webp", media.picture, name="snapshot-picture"),
    path("training/runs/<uuid:pk>/samples/<int:updates>.jpg", media.grid, name="run-grid"),
]
api_v1: list[URLPattern] = [
    # snapshots
    path("training-sources", api_snapshots.TrainingSources.as_view(), name="api-sources"),
    path("snapshots", api_snapshots.Snapshots.as_view(), name="api-snapshots"),
    path("snapshots/preview", api_snapshots.SnapshotPreview.as_view(), name="api-preview"),
    path("snapshots/<uuid:pk>", api_snapshots.SnapshotDetail.as_view(), name="api-snapshot"),
    path("snapshots/<uuid:pk>/manifest", api_snapshots.SnapshotManifest.as_view(),
         name="api-snapshot-manifest"),
    # training runs
    path("training-runs", api_runs.TrainingRuns.as_view(), name="api-runs"),
    path("training-runs/recipes", api_runs.Recipes.as_view(), name="api-recipes"),
    path("training-runs/<uuid:pk>", api_runs.RunDetail.as_view(), name="api-run"),
    path("training-runs/<uuid:pk>/pause", api_runs.RunPause.as_view(), name="api-run-pause"),
    path("training-runs/<uuid:pk>/resume", api_runs.RunResume.as_view(), name="api-run-resume"),
    path("training-runs/<uuid:pk>/cancel", api_runs.RunCancel.as_view(), name="api-run-cancel"),
    path("training-runs/<uuid:pk>/repeat", api_runs.RunRepeat.as_view(), name="api-run-repeat"),
    path("training-runs/<uuid:pk>/log", api_runs.RunLog.as_view(), name="api-run-log"),
    path("training-runs/<uuid:pk>/files/<str:name>", api_runs.RunArtefact.as_view(),
         name="api-run-file"),
    path("training-runs/<uuid:pk>/arena", api_runs.RunArena.as_view(), name="api-run-arena"),
    # versions of models
    path("model-versions", api_versions.ModelVersions.as_view(), name="api-versions"),
    path("model-versions/changes", api_versions.Changes.as_view(), name="api-changes"),
    path("model-versions/import", api_versions.VersionImport.as_view(), name="api-import"),
    path("model-versions/<uuid:pk>", api_versions.VersionDetail.as_view(), name="api-version"),
    path("model-versions/<uuid:pk>/promote", api_versions.Promote.as_view(), name="api-promote"),
    path("model-versions/<uuid:pk>/rollback", api_versions.RollBack.as_view(),
         name="api-rollback"),
    path("model-versions/<uuid:pk>/override", api_versions.VersionOverride.as_view(),
         name="api-override"),
    path("model-versions/<uuid:pk>/card", api_versions.VersionCard.as_view(), name="api-card"),
    path("model-versions/<uuid:pk>/export", api_versions.VersionExport.as_view(),
         name="api-export"),
    path("rescoring", api_versions.RescoringProgress.as_view(), name="api-rescoring"),
]  # fmt: skip

"""Addresses of pages, media and the artwork API."""

from django.urls import path

from webapp.gallery import api_albums, api_artworks, api_live, media, share, uploads, views

pages = [
    path("", views.gallery, name="gallery"),
    path("upload/", views.upload, name="upload"),
    path("artworks/<uuid:pk>/", views.artwork, name="artwork"),
    path("albums/", views.albums, name="albums"),
    path("albums/<uuid:pk>/", views.album, name="album"),
    path("jobs/", views.jobs, name="jobs"),
    path("models/", views.model, name="model"),
    path("models/<str:name>/", views.model, name="model-version"),
    path("healthz", views.healthz, name="healthz"),
    *media.urls,
]
shared = [
    path("s/<str:token>/", share.page, name="share"),
    path("s/<str:token>/<uuid:pk>/", share.page, name="share-artwork"),
    path("s/<str:token>/media/<uuid:pk>/original", share.original, name="share-original"),
    path("s/<str:token>/media/<uuid:pk>/<str:size>.<str:ext>", share.rendition,
         name="share-rendition"),
    path("s/<str:token>/api/layout", share.SharedLayout.as_view(), name="share-layout"),
    path("s/<str:token>/api/artworks", share.SharedArtworks.as_view(), name="share-artworks"),
    path("s/<str:token>/api/artworks/<uuid:pk>", share.SharedArtwork.as_view(),
         name="share-artwork-api"),
]  # fmt: skip
api_v1 = [
    path("artworks", api_artworks.Artworks.as_view(), name="api-artworks"),
    path("artworks/layout", api_artworks.ArtworksLayout.as_view(), name="api-layout"),
    path("artworks/bulk", api_artworks.ArtworksBulk.as_view(), name="api-bulk"),
    path("artworks/<uuid:pk>", api_artworks.ArtworkDetail.as_view(), name="api-artwork"),
    path("artworks/<uuid:pk>/restore", api_artworks.ArtworkRestore.as_view(), name="api-restore"),
    path("artworks/<uuid:pk>/retry", api_artworks.ArtworkRetry.as_view(), name="api-retry"),
    path("artworks/<uuid:pk>/rating", api_artworks.ArtworkRating.as_view(), name="api-rating"),
    path("albums", api_albums.Albums.as_view(), name="api-albums"),
    path("albums/<uuid:pk>", api_albums.AlbumDetail.as_view(), name="api-album"),
    path("albums/<uuid:pk>/shares", api_albums.Shares.as_view(), name="api-shares"),
    path("shares/<uuid:pk>", api_albums.ShareDetail.as_view(), name="api-share"),
    path("events", api_live.Events.as_view(), name="api-events"),
    path("demo", api_live.Demo.as_view(), name="api-demo"),
    path("jobs/summary", api_live.JobsSummary.as_view(), name="api-jobs-summary"),
    path("jobs", api_live.Jobs.as_view(), name="api-jobs"),
    path("jobs/<uuid:pk>/retry", api_live.JobRetry.as_view(), name="api-job-retry"),
    path("queues/<str:name>/pause", api_live.QueueSwitch.as_view(), {"action": "pause"},
         name="api-queue-pause"),
    path("queues/<str:name>/resume", api_live.QueueSwitch.as_view(), {"action": "resume"},
         name="api-queue-resume"),
    *uploads.urls,
]  # fmt: skip

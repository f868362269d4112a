"""Addresses of the studio's pages, of its API, and of crops for other software."""

from django.urls import path

from webapp.cropping import api, api_batches, delivery, views

pages = [
    path("artworks/<uuid:pk>/crop/", views.studio, name="crop-studio"),
    path("albums/<uuid:pk>/crops/", views.album_crops, name="album-crops"),
    path("r/<str:signed>/<uuid:pk>/<str:box>/<str:width>.<str:ending>", delivery.crop_file,
         name="crop-file"),
    path("crop-batches/<uuid:pk>/crops.zip", api_batches.crops_zip, name="crop-batch-zip"),
]  # fmt: skip
api_v1 = [
    path("artworks/<uuid:pk>/crops", api.ArtworkCrops.as_view(), name="api-crops"),
    path("artworks/<uuid:pk>/crops/look", api.CropsLook.as_view(), name="api-crops-look"),
    path("artworks/<uuid:pk>/crops/box", api.OwnCrop.as_view(), name="api-crops-box"),
    path("artworks/<uuid:pk>/crops/opinions", api.CropsOpinions.as_view(),
         name="api-crops-opinions"),
    path("artworks/<uuid:pk>/crops/save", api.CropsSave.as_view(), name="api-crops-save"),
    path("artworks/<uuid:pk>/focal", api.ArtworkFocal.as_view(), name="api-focal"),
    path("artworks/<uuid:pk>/addresses/revoke", api.AddressesRevoke.as_view(),
         name="api-addresses-revoke"),
    path("albums/<uuid:pk>/crop-batches", api_batches.AlbumCropBatches.as_view(),
         name="api-album-batches"),
    path("crop-batches", api_batches.CropBatches.as_view(), name="api-crop-batches"),
    path("crop-batches/<uuid:pk>", api_batches.CropBatchDetail.as_view(), name="api-crop-batch"),
    path("crop-batches/<uuid:pk>/cancel", api_batches.CropBatchCancel.as_view(),
         name="api-batch-cancel"),
    path("crop-batches/<uuid:pk>/retry", api_batches.CropBatchRetry.as_view(),
         name="api-batch-retry"),
]  # fmt: skip

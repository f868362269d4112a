"""Addresses of the studio, of its API, and of the files that it makes."""

from django.urls import path

from webapp.generation import api, api_categories, media, views

pages = [
    path("studio/", views.studio, name="studio"),
    path("media/generations/<uuid:pk>/<uuid:sample_pk>.png", media.sample, name="sample"),
    path("media/generations/<uuid:pk>/film.webp", media.film, name="film"),
]
api_v1 = [
    path("generators", api.Generators.as_view(), name="api-generators"),
    path("generations", api.Generations.as_view(), name="api-generations"),
    path("generations/judged", api.Judged.as_view(), name="api-judged"),
    path("generations/<uuid:pk>", api.GenerationDetail.as_view(), name="api-generation"),
    path("generations/<uuid:pk>/cancel", api.GenerationCancel.as_view(),
         name="api-generation-cancel"),
    path("generations/<uuid:pk>/retry", api.GenerationRetry.as_view(),
         name="api-generation-retry"),
    path("generations/<uuid:pk>/samples/<uuid:sample_pk>/keep", api.SampleKeep.as_view(),
         name="api-sample-keep"),
    path("model-versions/<uuid:pk>/categories", api_categories.Categories.as_view(),
         name="api-categories"),
    path("model-versions/<uuid:pk>/categories/samples", api_categories.CategorySamples.as_view(),
         name="api-category-samples"),
    path("model-versions/<uuid:pk>/categories/<str:key>", api_categories.CategoryDetail.as_view(),
         name="api-category"),
]  # fmt: skip

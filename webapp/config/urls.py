"""Every address of the product."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from webapp.accounts import urls as accounts
from webapp.cropping import urls as cropping
from webapp.crowd import urls as crowd
from webapp.gallery import urls as gallery
from webapp.generation import urls as generation
from webapp.taste import urls as taste
from webapp.training import urls as training


@method_decorator(login_not_required, name="dispatch")
class Schema(SpectacularAPIView):
    """The OpenAPI document; it says nothing that the source does not."""

    permission_classes = [AllowAny]


_API = [
    *gallery.api_v1,
    *cropping.api_v1,
    *crowd.api_v1,
    *generation.api_v1,
    *taste.api_v1,
    *training.api_v1,
    *accounts.api_v1,
]
urlpatterns: list[URLPattern | URLResolver] = [
    *gallery.pages,
    *gallery.shared,
    *cropping.pages,
    *crowd.pages,
    *generation.pages,
    *training.pages,
    *accounts.pages,
    path("accounts/", include("allauth.urls")),
    path("api/v1/schema", Schema.as_view(), name="api-schema"),
    path("api/v1/", include(_API)),
]
handler404 = "webapp.gallery.views.not_found"
handler500 = "webapp.gallery.views.server_error"

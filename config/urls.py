"""Every address of the house."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers 200 while the process lives."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", healthz, name="api-root"),
    *i18n_patterns(
        path("", lambda request: redirect("agreements"), name="home"),
        path("account/", include("allauth.urls")),
        path("admin/", admin.site.urls),
    ),
]

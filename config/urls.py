"""Every address of the house."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from activities import views as activity_views
from agreements.views import browse
from config import api, rest

handler400 = "config.rest.bad_request"
handler403 = "config.rest.forbidden"
handler404 = "config.rest.not_found"
handler500 = "config.rest.server_error"

# Groups mean nothing under our roles, and what allauth keeps (addresses, secrets of second factors) is the account's.
for each in (Group, EmailAddress, Authenticator):
    admin.site.unregister(each)

# The administration's own sign-in knows nothing of second factors: everybody comes in by the one door.
admin.site.login = secure_admin_login(admin.site.login)


def healthz(request: HttpRequest) -> HttpResponse:
    """Answers 200 while the process lives."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.Service.as_view({"get": "list"}), name="api-root"),
    path("api/v1", RedirectView.as_view(pattern_name="api-root", permanent=True)),
    path("api/v1/openapi.json", api.Contract.as_view(), name="openapi"),
    path("api/v1/", include(api.router.urls)),
    path("problems/<slug:slug>", rest.problem_page, name="problem"),
    *i18n_patterns(
        path("", RedirectView.as_view(pattern_name="agreements"), name="home"),
        path("agreements/", browse.agreement_list, name="agreements"),
        path("agreements/<str:code>/", browse.agreement_sheet, name="agreement"),
        path("sources/<uuid:pk>/", browse.source_page, name="source"),
        path("organizations/", browse.organization_list, name="organizations"),
        path("organizations/<slug:slug>/", browse.organization_page, name="organization"),
        path("activities/", activity_views.activity_list, name="activities"),
        # An address is what an account is known by: an administrator changes it, with an event in the trail.
        path("account/email/", RedirectView.as_view(pattern_name="mfa_index"), name="account_email"),
        path("account/", include("allauth.urls")),
        path("admin/", admin.site.urls),
    ),
]

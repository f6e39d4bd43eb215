"""Every address of the house."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client, Token
from allauth.mfa.models import Authenticator
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.generic import RedirectView

from activities.views import browse as activity_pages
from activities.views import progress as progress_pages
from activities.views import report as report_pages
from agreements.views import (
    after,
    beside,
    bodies,
    browse,
    desk,
    drafts,
    files,
    find,
    home,
    identity,
    listing,
    notifications,
    out,
    past,
    proof,
    review,
    sources,
    workbench,
)
from config import api, developers, namespace, problem_pages
from exchange.views import oauth, systems, webhooks
from exchange.views import pages as exchange_pages

handler400 = "config.rest.bad_request"
handler403 = "config.rest.forbidden"
handler404 = "config.rest.not_found"
handler500 = "config.rest.server_error"

# Groups mean nothing under our roles, what allauth keeps (addresses, secrets of second factors) is the account's, and
# an OAuth client is a token of ours: made, seen and revoked as one.
for each in (Group, EmailAddress, Authenticator, Client, Token):
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
    path("api/v1/", include(api.contents.urls)),
    path("api/v1/", include(api.numbers)),
    path("identity/o/api/token", oauth.token, name="oauth-token"),
    path("problems/", problem_pages.problem_list, name="problems"),
    path("problems/<slug:slug>", problem_pages.problem_page, name="problem"),
    path("ns", namespace.terms, name="terms"),
    path("ns/mithaq.jsonld", namespace.context, name="context"),
    *i18n_patterns(
        path("", home.home_page, name="home"),
        path("developers/", developers.page, name="developers"),
        path("search/suggestions", find.suggested, name="suggestions"),
        path("agreements/", listing.agreement_list, name="agreements"),
        path("agreements/export.<slug:format>", out.agreement_export, name="agreement-export"),
        path("agreements/sheets.pdf", out.agreement_sheets, name="agreement-sheets"),
        path("agreements/calendar.ics", out.calendar_file, name="calendar"),
        path(
            "agreements/calendar/<uuid:key>/<str:signature>.ics",
            out.calendar_private,
            name="calendar-private",
        ),
        path("agreements/changes.atom", out.changes_feed, name="changes-feed"),
        path("agreements/quality/", home.quality_list, name="quality"),
        path("agreements/<str:code>/", browse.agreement_sheet, name="agreement"),
        path("agreements/<str:code>/sheet.pdf", out.agreement_pdf, name="agreement-pdf"),
        path("agreements/<str:code>/calendar.ics", out.agreement_calendar, name="agreement-calendar"),
        path("agreements/<str:code>/versions/", past.agreement_versions, name="agreement-versions"),
        path("agreements/<str:code>/duplicate/", identity.agreement_duplicate, name="agreement-duplicate"),
        path("agreements/<str:code>/bring-back/", identity.agreement_bring_back, name="agreement-bring-back"),
        path("agreements/<str:code>/review/", review.agreement_review, name="agreement-review"),
        path("agreements/<str:code>/withdraw/", review.agreement_withdraw, name="agreement-withdraw"),
        path("agreements/<str:code>/follow/", desk.agreement_follow, name="agreement-follow"),
        path("agreements/<str:code>/unfollow/", desk.agreement_unfollow, name="agreement-unfollow"),
        path("agreements/<str:code>/follow-ups/", desk.follow_up_set, name="follow-up-set"),
        path("follow-ups/<uuid:pk>/done/", desk.follow_up_done, name="follow-up-done"),
        path("follow-ups/<uuid:pk>/reopen/", desk.follow_up_reopen, name="follow-up-reopen"),
        path("follow-ups/<uuid:pk>/remove/", desk.follow_up_remove, name="follow-up-remove"),
        path("notifications/", notifications.notifications, name="notifications"),
        path("views/save/", desk.view_save, name="view-save"),
        path("views/<uuid:pk>/rename/", desk.view_rename, name="view-rename"),
        path("views/<uuid:pk>/remove/", desk.view_remove, name="view-remove"),
        path("agreements/<str:code>/change/", after.record_change, name="record-change"),
        path("agreements/<str:code>/correct/", drafts.draft_reopen, name="draft-reopen"),
        path("drafts/", drafts.draft_list, name="drafts"),
        path("drafts/new/", drafts.draft_new, name="draft-new"),
        path("drafts/<uuid:pk>/", workbench.draft_page, name="draft"),
        path("drafts/<uuid:pk>/place/", workbench.draft_place, name="draft-place"),
        path("drafts/<uuid:pk>/accept/", workbench.draft_accept, name="draft-accept"),
        path("drafts/<uuid:pk>/part/", workbench.draft_part, name="draft-part"),
        path("drafts/<uuid:pk>/turn/", workbench.draft_turn, name="draft-turn"),
        path("drafts/<uuid:pk>/alike/", beside.draft_alike, name="draft-alike"),
        path("drafts/<uuid:pk>/files/", beside.draft_files, name="draft-files"),
        path("drafts/<uuid:pk>/without-source/", proof.draft_sign, name="draft-sign"),
        path("drafts/<uuid:pk>/check/", workbench.draft_check, name="draft-check"),
        path("drafts/<uuid:pk>/review/", review.draft_review, name="draft-review"),
        path("drafts/<uuid:pk>/discard/", drafts.draft_discard, name="draft-discard"),
        path("agreements/<str:code>/without-source/", proof.without_source, name="without-source"),
        path("sources/<uuid:pk>/", sources.source_page, name="source"),
        path("sources/<uuid:pk>/newer/", sources.source_newer, name="source-newer"),
        path("sources/<uuid:pk>/cite/", sources.source_cite, name="source-cite"),
        path("sources/<uuid:pk>/files/", files.source_file_add, name="source-file-add"),
        path("source-files/<uuid:pk>/", files.source_file, name="source-file"),
        path("organizations/", bodies.organization_list, name="organizations"),
        path("organizations/<slug:slug>/", bodies.organization_page, name="organization"),
        path("organizations/<slug:slug>/merge/", identity.organization_merge, name="organization-merge"),
        path("people/", bodies.person_list, name="people"),
        path("people/<uuid:pk>/", bodies.person_page, name="person"),
        path("people/<uuid:pk>/merge/", identity.person_merge, name="person-merge"),
        path("merges/<uuid:pk>/undo/", identity.merge_undo, name="merge-undo"),
        path("identity/alike", identity.alike_box, name="alike"),
        path("identity/apart/", identity.apart_state, name="apart"),
        path("identity/duplicates/", identity.duplicate_list, name="duplicates"),
        path("activities/", activity_pages.activity_list, name="activities"),
        path("activities/report/", report_pages.activity_report, name="activity-report"),
        path("activities/<uuid:pk>/", activity_pages.activity_page, name="activity"),
        path("activities/<uuid:pk>/edit/", report_pages.activity_edit, name="activity-edit"),
        path("activities/<uuid:pk>/withdraw/", report_pages.activity_withdraw, name="activity-withdraw"),
        path("evidence/<uuid:pk>/", activity_pages.evidence_file, name="evidence"),
        path("commitments/<uuid:pk>/", progress_pages.commitment_page, name="commitment"),
        path("commitments/<uuid:pk>/word/", progress_pages.progress_report, name="progress-report"),
        path("exchange/", exchange_pages.import_list, name="imports"),
        path("exchange/registry.<slug:format>", exchange_pages.registry_export, name="registry-export"),
        path("exchange/templates/<slug:table>.csv", exchange_pages.import_template, name="import-template"),
        path("exchange/<uuid:pk>/", exchange_pages.import_page, name="import"),
        path("exchange/<uuid:pk>/read/", exchange_pages.import_read, name="import-read"),
        path("exchange/<uuid:pk>/ask/", exchange_pages.import_ask, name="import-ask"),
        path("exchange/<uuid:pk>/undo/", exchange_pages.import_undo, name="import-undo"),
        path("exchange/<uuid:pk>/faults.csv", exchange_pages.import_faults, name="import-faults"),
        path("systems/", systems.system_list, name="systems"),
        path("systems/<uuid:pk>/", systems.system_page, name="system"),
        path("systems/<uuid:pk>/revoke/", systems.system_revoke, name="system-revoke"),
        path("webhooks/", webhooks.webhook_list, name="webhooks"),
        path("webhooks/<uuid:pk>/", webhooks.webhook_page, name="webhook"),
        path("webhooks/<uuid:pk>/rotate/", webhooks.webhook_rotate, name="webhook-rotate"),
        path("webhooks/<uuid:pk>/test/", webhooks.webhook_test, name="webhook-test"),
        path("webhooks/<uuid:pk>/switch/", webhooks.webhook_switch, name="webhook-switch"),
        path("webhooks/<uuid:pk>/remove/", webhooks.webhook_remove, name="webhook-remove"),
        path("webhooks/<uuid:pk>/<int:delivery>/", webhooks.delivery_page, name="webhook-delivery"),
        path("webhooks/<uuid:pk>/<int:delivery>/again/", webhooks.delivery_again, name="webhook-again"),
        path("account/digest/", out.digest_settings, name="digest-settings"),
        path("account/digest/stop/<uuid:key>/<str:signature>/", out.digest_stop, name="digest-stop"),
        # An address is what an account is known by: an administrator changes it, with an event in the trail.
        path("account/email/", RedirectView.as_view(pattern_name="mfa_index"), name="account_email"),
        path("account/", include("allauth.urls")),
        path("admin/", admin.site.urls),
    ),
]

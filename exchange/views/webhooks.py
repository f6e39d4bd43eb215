"""The webhooks of one's organization: where its systems are told of changes, how that goes, what they were told."""

import json
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exchange.models import WebhookDelivery, WebhookEndpoint
from exchange.queries import webhooks as queries
from exchange.queries.telling import EVENTS
from exchange.services import webhooks as services
from lib import keyset
from lib.forms import RefusableForm
from lib.languages import isolated
from lib.problems import Refused
from organizations.guards import requires
from organizations.permissions import Permission

PAGE_SIZE = 30


class WebhookForm(RefusableForm):
    """An address and the events it is told of."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        help_text=gettext_lazy("Begins with https:// and is reachable from the internet."),
        widget=forms.URLInput(
            attrs={
                "class": "in",
                "dir": "ltr",
                "spellcheck": "false",
                "autocomplete": "off",
                "inputmode": "url",
            }
        ),
    )
    label = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Which system listens there."),
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
    )
    events = forms.CharField(
        label=gettext_lazy("Events"),
        initial="agreement.*",
        help_text=isolated(
            gettext_lazy("One a line, or parted by commas. A star stands for any: agreement.*"), "agreement.*"
        ),
        widget=forms.Textarea(attrs={"class": "in", "rows": 3, "dir": "ltr", "spellcheck": "false"}),
    )

    def clean_events(self) -> list[str]:
        return self.cleaned_data["events"].replace(",", " ").split()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WEBHOOKS)
def webhook_list(request: HttpRequest) -> HttpResponse:
    """All of them with their health, and the form for another. A new secret is on the answer to its form, once."""
    form = WebhookForm(request.POST or None)
    added = secret = None
    if request.method == "POST":
        if request.user.organization_id is None:
            raise PermissionDenied(_("This account acts for no organization."))
        if form.is_valid():
            try:
                added, secret = services.add(**form.cleaned_data, by=request.user)
            except Refused as refusal:
                form.refuse(refusal)
    rows = WebhookEndpoint.objects.visible_to(request.user).order_by("pk")
    context = {
        "organization": request.user.organization,
        "webhooks": queries.with_health(list(rows), at=timezone.now()),
        "form": WebhookForm() if added else form,
        "added": added,
        "secret": secret,
        "events": EVENTS,
    }
    refused = request.method == "POST" and added is None
    return render(request, "exchange/webhooks/list.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WEBHOOKS)
def webhook_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them: how it fares, what it was told, and the form that changes it."""
    row = _own(request, pk)
    before = {"url": row.url, "label": row.label, "events": "\n".join(row.events)}
    form = WebhookForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        try:
            services.change(row.pk, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("The webhook is changed."))
            return redirect("webhook", pk=pk)
    return _page(request, row, form, status=422 if request.method == "POST" else 200)


def _page(
    request: HttpRequest, row: WebhookEndpoint, form: WebhookForm, *, status: int = 200, secret: str = ""
):
    state = request.GET.get("state", "")
    if state not in {"", *WebhookDelivery.State.values}:
        raise Http404(_("There is no such state."))
    found = row.deliveries.filter(state=state) if state else row.deliveries.all()
    try:
        page = keyset.page(found, descending=True, size=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    except keyset.BadCursor as error:
        raise Http404(_("This page of the list is not there: begin at the start of the list.")) from error
    (health,) = queries.with_health([row], at=timezone.now())
    context = {
        "hook": row,
        "health": health,
        "page": page,
        "state": state,
        "states": WebhookDelivery.State.choices,
        "form": form,
        "events": EVENTS,
        "secret": secret,
        "both_until": row.previous_until
        if row.previous_until and row.previous_until > timezone.now()
        else None,
        "kept_days": queries.KEPT.days,
    }
    return render(request, "exchange/webhooks/page.html", context, status=status)


@never_cache
@require_POST
@requires(Permission.WEBHOOKS)
def webhook_rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw a new secret; it is on this answer, once."""
    row, secret = services.rotate(_own(request, pk).pk, by=request.user)
    initial = {"url": row.url, "label": row.label, "events": "\n".join(row.events)}
    return _page(request, row, WebhookForm(initial=initial), secret=secret)


@require_POST
@requires(Permission.WEBHOOKS)
def webhook_test(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a ping."""
    try:
        services.test(_own(request, pk).pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    else:
        messages.success(request, _("A ping is on its way. Load this page again to see its answer."))
    return redirect("webhook", pk=pk)


@require_POST
@requires(Permission.WEBHOOKS)
def webhook_switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Switch it on or off."""
    wanted = request.POST.get("active") == "true"
    services.change(_own(request, pk).pk, active=wanted, by=request.user)
    messages.success(request, _("It is switched on.") if wanted else _("It is switched off."))
    return redirect("webhook", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.WEBHOOKS)
def webhook_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whether it shall really be, and the button that does it."""
    row = _own(request, pk)
    if request.method == "POST":
        services.remove(row.pk, by=request.user)
        messages.success(request, _("The webhook is removed."))
        return redirect("webhooks")
    (health,) = queries.with_health([row], at=timezone.now())
    return render(request, "exchange/webhooks/remove.html", {"hook": row, "health": health})


@require_safe
@requires(Permission.WEBHOOKS)
def delivery_page(request: HttpRequest, pk: UUID, delivery: int) -> HttpResponse:
    """One delivery: its content, as it was sent or will be."""
    row = _own(request, pk)
    found = get_object_or_404(row.deliveries, pk=delivery)
    body = json.dumps(json.loads(found.body), ensure_ascii=False, indent=2)
    return render(request, "exchange/webhooks/delivery.html", {"hook": row, "delivery": found, "body": body})


@require_POST
@requires(Permission.WEBHOOKS)
def delivery_again(request: HttpRequest, pk: UUID, delivery: int) -> HttpResponse:
    """Send a delivery once more."""
    found = get_object_or_404(_own(request, pk).deliveries, pk=delivery)
    try:
        services.redeliver(found.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.faults[0].message)
    else:
        messages.success(request, _("It is sent again, under the same webhook-id."))
    return redirect("webhook", pk=pk)


def _own(request: HttpRequest, pk: UUID) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.visible_to(request.user), pk=pk)

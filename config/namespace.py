"""The terms of our linked data, for people and for programs. They hold no data and are open to everybody."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from lib import linked
from lib.formats import FORMATS


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """What each of our own terms means: where its name leads."""
    told = {"classes": linked.CLASSES, "properties": linked.PROPERTIES, "context": linked.context_address()}
    return render(request, "namespace.html", told)


@require_safe
@cache_control(public=True, max_age=86_400)
def context(request: HttpRequest) -> HttpResponse:
    """What each name in a document stands for (JSON-LD 1.1)."""
    answer = JsonResponse(linked.context(), json_dumps_params={"indent": 1})
    answer["Content-Type"] = FORMATS["jsonld"].media_type
    answer["Access-Control-Allow-Origin"] = "*"  # a program in a browser, on whatever page, may read it
    return answer

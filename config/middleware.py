"""Middleware of the whole house."""

import re
from functools import cache
from uuid import uuid4

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings

from lib import tracing

_PLAIN = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestId:
    """Take the caller's `X-Request-ID` when it is plain, else draw one; answer with it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        asked = request.headers.get("X-Request-ID", "")
        request.id = asked if _PLAIN.fullmatch(asked) else uuid4().hex
        with tracing.request(request.id):
            response = self.get_response(request)
        response["X-Request-ID"] = request.id
        return response


class ContentPolicy(CSPMiddleware):
    """Django-CSP's, for a policy that is the same for every answer: put into words once, and not at each.

    The pages by which Django explains a fault to a developer need a style of their own, and stay without.
    """

    def process_response(self, request, response):
        if settings.DEBUG and response.status_code in {404, 500}:
            return response
        response.headers.setdefault(HEADER, _policy())
        return response


@cache
def _policy() -> str:
    return build_policy()

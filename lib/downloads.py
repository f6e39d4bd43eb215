"""Gives a kept file out: to be stored by whoever asks, and never to be run or shown as a page of this house."""

import re
from typing import BinaryIO

from django.db import models
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class _Part:
    """The next `length` bytes of an open file."""

    def __init__(self, file: BinaryIO, length: int):
        self.file, self.left = file, length

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(chunk)
        return chunk

    def close(self) -> None:
        self.file.close()


def serve(request: HttpRequest, row: models.Model, *, public: bool) -> HttpResponseBase:
    """The file of `row` (`file`, `name`, `sha256`), whole or the one range that is asked for, as an attachment.

    `public`: anybody may read it, so that caches may keep it as long as they ask again each time; else nobody keeps
    it. Its ETag is its hash. Raises Http404 when the file is not in its place.
    """
    etag = f'"{row.sha256}"'
    headers = _SAFE | {
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, no-cache" if public else "private, no-store",
        "ETag": etag,
    }
    if answer := get_conditional_response(request, etag=etag):
        for name, value in headers.items():
            answer[name] = value
        return answer
    try:
        content = row.file.open("rb")
    except FileNotFoundError as error:
        raise Http404(_("The file is not in its place.")) from error
    size = row.file.size
    part = _asked(request, size, etag)
    if part is None:
        return _attachment(content, row.name, headers)
    start, end = part
    if start >= end:
        content.close()
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    content.seek(start)
    headers |= {"Content-Length": str(end - start), "Content-Range": f"bytes {start}-{end - 1}/{size}"}
    answer = _attachment(_Part(content, end - start), row.name, headers)
    answer.status_code = 206
    return answer


def _attachment(content, name: str, headers: dict[str, str]) -> FileResponse:
    return FileResponse(
        content,
        as_attachment=True,
        filename=name,
        content_type="application/octet-stream",
        headers=headers,
    )


def _asked(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """The range [start, end) that is asked for, empty where the file has none such; None means the whole.

    Several ranges, other units and a range of another version are answered with the whole, as RFC 9110 lets one.
    """
    wanted = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or wanted is None or not any(wanted.groups()):
        return None
    if request.headers.get("If-Range", etag) != etag:
        return None
    first, last = wanted.groups()
    if not first:
        return max(size - int(last), 0), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size

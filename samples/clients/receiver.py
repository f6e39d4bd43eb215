import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import SimpleQueue

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
seen, versions, work = set(), {}, SimpleQueue()  # in real life: a table


def is_ours(headers, body):
    """Whether the registry sent this, and within the last five minutes."""
    key, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not at.isdigit() or abs(time.time() - int(at)) > 300:
        return False
    signed = hmac.new(KEY, f"{key}.{at}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(signed).decode()
    told = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected, each) for each in told)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if not is_ours(self.headers, body):
            self.answer(401)
            return
        if self.headers["webhook-id"] not in seen:  # a repetition is dropped
            seen.add(self.headers["webhook-id"])
            event = json.loads(body)
            known = versions.get(event["subject"], 0)
            version = event["data"].get("version", known)  # what is gone has none, and counts
            if version >= known:  # the highest version counts
                versions[event["subject"]] = version
                work.put(event)  # read event["data"]["url"] later, elsewhere
        self.answer(204)  # at once

    def answer(self, status):
        self.send_response(status)
        self.end_headers()


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", 8080), Receiver).serve_forever()

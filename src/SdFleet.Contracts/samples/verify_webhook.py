"""Receives SdFleet's webhooks: checks each one's signature and age, and keeps out what comes twice.

    WEBHOOK_SECRET=whsec_... python3 verify_webhook.py 8080

Needs nothing beyond Python. Prints a line for each event that is new. A receiver for real keeps the ids that it has seen in
its database, in the transaction that does what the event asks for, and stands behind https.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

TOLERANCE_SECONDS = 300


def verify(secret: str, headers, body: bytes, now: float) -> str | None:
    """What is wrong with a delivery; None where nothing is. `headers` is looked up without regard to case."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    delivery, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return "too old, or from the future"
    # Over the body's bytes as they came: JSON that was read and written again is another text.
    signed = f"{delivery}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    given = headers.get("webhook-signature", "").encode().split(b" ")
    # While a secret is being replaced there are two signatures; one that matches is enough.
    return None if any(hmac.compare_digest(expected, signature) for signature in given) else "wrong signature"


class Receiver(http.server.BaseHTTPRequestHandler):
    seen: set[str] = set()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        wrong = verify(os.environ["WEBHOOK_SECRET"], self.headers, body, time.time())
        if wrong is None and self.headers["webhook-id"] not in self.seen:
            self.seen.add(self.headers["webhook-id"])
            event = json.loads(body)
            print(f"{event['type']} {event['data']['id']}", flush=True)
        # A repetition is fine: 2xx says "I have it", whenever that was.
        self.send_response(204 if wrong is None else 401, wrong)
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


if __name__ == "__main__":
    with http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver) as server:
        print(server.server_port, flush=True)
        server.serve_forever()

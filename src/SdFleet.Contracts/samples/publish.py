"""Publishes one job to SdFleet and waits until the broker has it.

    python3 publish.py amqp://guest:guest@localhost:5672/ "a small white star on a blue background"

Needs pika (Debian: python3-pika). Prints the job's id; GET /v1/jobs/<id> tells how it goes on.
"""

import json
import sys
import uuid

import pika

EXCHANGE = "sdfleet.submit"


def main(broker: str, prompt: str, traceparent: str | None) -> None:
    parameters = pika.URLParameters(broker)
    job = {"id": str(uuid.uuid4()), "tenant": "default", "prompt": prompt, "images": 2}
    properties = pika.BasicProperties(
        content_type="application/json",
        delivery_mode=2,  # persistent: it survives the broker's restart
        message_id=job["id"],
        user_id=parameters.credentials.username,  # the broker checks it; fleets that know their publishers ask for it
        headers={"traceparent": traceparent} if traceparent else {},
    )
    with pika.BlockingConnection(parameters) as connection:
        channel = connection.channel()
        channel.confirm_delivery()
        # Raises UnroutableError where no queue takes it, and NackError where the broker could not keep it. Publish again under
        # the same id whenever in doubt: that is one job.
        channel.basic_publish(EXCHANGE, routing_key="", body=json.dumps(job).encode(), properties=properties, mandatory=True)
    print(job["id"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)

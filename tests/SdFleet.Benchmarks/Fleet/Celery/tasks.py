"""The task of the comparison: nothing, acknowledged once it is done."""

import os

from celery import Celery

app = Celery("tasks", broker=os.environ["BENCH_BROKER"], backend=os.environ["BENCH_BACKEND"])
app.conf.update(
    task_acks_late=True,
    task_serializer="json",
    result_serializer="json",
    worker_prefetch_multiplier=64,
    database_short_lived_sessions=False,
    broker_transport_options={"confirm_publish": True},
)


@app.task
def nothing(prompt):
    return prompt

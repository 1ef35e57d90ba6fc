"""The task of the comparison: nothing, acknowledged once it is done."""

import os
import sys

# Before Celery forks: else every result is written by a connection of its own, and Celery is ten times as slow as it can be.
import celery.backends.database  # noqa: F401
from celery import Celery
from celery.signals import worker_ready

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


@worker_ready.connect
def ready(**_):
    """Tells whoever started the worker; Celery has put its own log in the place of sys.stdout."""
    print("ready", file=sys.__stdout__, flush=True)

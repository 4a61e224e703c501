"""The project: settings, routes, the queue, and the supervisor that runs everything on one machine."""

from config.celery import app as celery_app

__all__ = ["celery_app"]

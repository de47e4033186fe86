"""The app `jobs`."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Register the app."""

    name = "hetao.web.jobs"

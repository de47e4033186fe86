"""The app `plans`."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Register the app."""

    name = "hetao.web.plans"

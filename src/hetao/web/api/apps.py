"""The API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What programs read and write."""

    name = "hetao.web.api"

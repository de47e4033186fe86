"""The app `tasks`."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """Register the app."""

    name = "hetao.web.tasks"

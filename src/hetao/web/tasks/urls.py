"""Addresses of tasks."""

from django.urls import path

from hetao.web.tasks import views

urlpatterns = [
    path("tasks/", views.tasks, name="tasks"),
    path("tasks/new/", views.new_task, name="new_task"),
    path("tasks/rules/", views.rules, name="task_rules"),
    path("tasks/ledger.xlsx", views.ledger_file, name="task_ledger"),
    path("tasks/bulletin/", views.bulletin, name="bulletin"),
    path("tasks/<int:task>/", views.task_page, name="task"),
    path("tasks/<int:task>/edit/", views.edit_task, name="edit_task"),
    path("tasks/<int:task>/steps/<str:action>/", views.step, name="step"),
    path("tasks/<int:task>/evidence/<int:evidence>/", views.evidence_file, name="evidence"),
]

"""Addresses of check-ups."""

from django.urls import path

from hetao.web.checkups import views

urlpatterns = [
    path("runs/", views.run_list, name="runs"),
    path("runs/begin/", views.begin, name="begin_run"),
    path("runs/compare/", views.compare, name="compare_runs"),
    path("jobs/<int:job>/", views.job_page, name="job"),
    path("jobs/<int:job>/stop/", views.stop, name="stop_job"),
    path("runs/<str:run>/", views.run_page, name="run"),
    path("runs/<str:run>/files/<str:name>", views.document, name="document"),
    path("runs/<str:run>/findings/", views.findings, name="findings"),
    path("runs/<str:run>/indicators/<str:indicator>/", views.indicator, name="indicator"),
]

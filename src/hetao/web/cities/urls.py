"""Addresses of registers, things, deliveries, search and the map."""

from django.urls import path

from hetao.web.cities import delivery_views, map_views, views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("registers/", views.register_list, name="registers"),
    path("registers/<str:register>/", views.register_page, name="register"),
    path("registers/<str:register>/table.xlsx", views.register_file, name="register_file"),
    path("registers/<str:register>/workbook.xlsx", views.register_sheet, name="register_sheet"),
    path("registers/<str:register>/new/", views.add_thing, name="add_thing"),
    path("things/<str:register>/<path:ref>/edit/", views.edit_thing, name="edit_thing"),
    path("things/<str:register>/<path:ref>/strike-off/", views.strike_off_thing, name="strike_off"),
    path("things/<str:register>/<path:ref>/take-back/", views.take_thing_back, name="take_back"),
    path("things/<str:register>/<path:ref>/", views.thing_page, name="thing"),
    path("deliveries/", delivery_views.deliveries, name="deliveries"),
    path("deliveries/template/", delivery_views.template_file, name="delivery_template"),
    path("deliveries/<int:delivery>/", delivery_views.delivery_page, name="delivery"),
    path("deliveries/<int:delivery>/review/", delivery_views.review, name="review_delivery"),
    path(
        "deliveries/<int:delivery>/marked.xlsx", delivery_views.marked_file, name="marked_delivery"
    ),
    path("deliveries/<int:delivery>/sent/", delivery_views.sent_file, name="sent_delivery"),
    path("map/", map_views.map_page, name="map"),
    path("map/layers.json", map_views.layers, name="map_layers"),
    path("map/tiles/<str:folder>/<str:name>.pmtiles", map_views.tiles, name="map_tiles"),
    path("map/indicator.json", map_views.indicator, name="map_indicator"),
    path("map/tasks.json", map_views.task_points, name="map_tasks"),
    path("map/edited.json", map_views.edited, name="map_edited"),
    path("map/within/", map_views.within_polygon, name="map_within"),
    path("map/finding/<int:finding>/", map_views.finding_panel, name="map_finding"),
    path("map/find.json", map_views.find, name="map_find"),
    path("map/thing/<str:register>/<path:ref>/", map_views.panel, name="map_panel"),
]

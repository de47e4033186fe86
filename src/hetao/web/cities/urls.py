"""Addresses of registers, things, deliveries, search and the map."""

from django.urls import path

from hetao.web.cities import map_views, views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("registers/", views.register_list, name="registers"),
    path("registers/<str:register>/", views.register_page, name="register"),
    path("registers/<str:register>/table.xlsx", views.register_file, name="register_file"),
    path("things/<str:register>/<path:ref>/edit/", views.edit_thing, name="edit_thing"),
    path("things/<str:register>/<path:ref>/", views.thing_page, name="thing"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("deliveries/template/", views.template_file, name="delivery_template"),
    path("deliveries/<int:delivery>/", views.delivery_page, name="delivery"),
    path("deliveries/<int:delivery>/review/", views.review, name="review_delivery"),
    path("deliveries/<int:delivery>/marked.xlsx", views.marked_file, name="marked_delivery"),
    path("map/", map_views.map_page, name="map"),
    path("map/layers.json", map_views.layers, name="map_layers"),
    path("map/tiles/<str:name>.pmtiles", map_views.tiles, name="map_tiles"),
    path("map/find.json", map_views.find, name="map_find"),
    path("map/thing/<str:register>/<path:ref>/", map_views.panel, name="map_panel"),
]

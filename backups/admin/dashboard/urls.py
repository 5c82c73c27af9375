"""What an open overview asks for."""

from django.urls import path

from backups.admin.dashboard import views

app_name = "overview"
urlpatterns = [
    path("live/", views.live, name="live"),
    path("clock/<uuid:account_id>/set/", views.clock_set, name="clock-set"),
    path("clock/<uuid:account_id>/move/", views.clock_move, name="clock-move"),
]

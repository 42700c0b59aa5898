"""Django REST framework: a ModelViewSet whose queryset is the owner's, psycopg."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

from bench.apps import URL

_parts = urlsplit(URL)
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _parts.path.strip("/"),
            "USER": _parts.username,
            "HOST": parse_qs(_parts.query)["host"][0],
            "CONN_MAX_AGE": None,
        }
    },
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 # Django must be set up first
from django.db import models  # noqa: E402 # as above
from django.utils import timezone  # noqa: E402 # as above
from rest_framework import pagination, routers, serializers, viewsets  # noqa: E402 # as above
from rest_framework.decorators import action  # noqa: E402 # as above
from rest_framework.exceptions import NotAuthenticated  # noqa: E402 # as above
from rest_framework.response import Response  # noqa: E402 # as above
from uuid_utils.compat import uuid7  # noqa: E402 # as above


class Task(models.Model):
    pk = models.CompositePrimaryKey("owner_id", "id")
    owner_id = models.CharField(max_length=64)
    id = models.UUIDField(default=uuid7)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.IntegerField(default=1)
    title = models.CharField(max_length=200)
    description = models.CharField(max_length=2000, null=True, blank=True)
    completed = models.BooleanField(default=False)

    class Meta:
        app_label = "bench"
        db_table = "task"
        managed = False


class TaskSerializer(serializers.ModelSerializer):
    class Meta:
        model = Task
        fields = ("id", "created_at", "updated_at", "version", "title", "description", "completed")
        read_only_fields = ("id", "created_at", "updated_at", "version")


class Newest(pagination.CursorPagination):
    page_size = 50
    ordering = ("-created_at", "-id")


class TaskViewSet(viewsets.ModelViewSet):
    serializer_class = TaskSerializer
    pagination_class = Newest
    lookup_field = "id"

    def get_queryset(self) -> Any:
        return Task.objects.filter(owner_id=self.owner)

    @property
    def owner(self) -> str:
        name = self.request.headers.get("X-User-ID")
        if not name:
            raise NotAuthenticated
        return str(name)

    def perform_create(self, serializer: Any) -> None:
        serializer.save(owner_id=self.owner)

    def perform_update(self, serializer: Any) -> None:
        serializer.save(version=serializer.instance.version + 1)

    @action(detail=True, methods=["post"])
    def toggle(self, _request: Any, **_keys: Any) -> Response:
        task = self.get_object()
        task.completed, task.version = not task.completed, task.version + 1
        task.save()
        return Response(self.get_serializer(task).data)


_router = routers.SimpleRouter(trailing_slash=False)
_router.register("tasks", TaskViewSet, basename="task")
urlpatterns = _router.urls
app = get_wsgi_application()

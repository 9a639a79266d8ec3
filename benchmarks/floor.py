"""The least that a page does here: the middleware, a session, a person, one query, thirty rows."""

import functools
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines

from apps.curriculum.models import Concept

ROWS = 30
TEMPLATE = """<!doctype html><title>Floor</title><p>{{ user }}</p>
<ul>
{% for row in rows %}<li><a href="/concepts/{{ row.slug }}/">{{ row.title }}</a></li>{% endfor %}
</ul>
"""


@login_required
def floor(request: HttpRequest) -> HttpResponse:
    rows = Concept.objects.filter(published=True).only("slug", "title")[:ROWS]
    return HttpResponse(_template().render({"rows": rows}, request))


@functools.cache
def _template() -> Any:  # the backend's wrapper of a Template has no public name
    return engines["django"].from_string(TEMPLATE)

"""Reads the settings' values from environment variables, with clear messages for wrong ones."""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict


def flag(name: str, *, default: bool) -> bool:
    text = os.environ.get(name, "").strip().lower()
    if text in {"", "0", "1", "true", "false", "yes", "no"}:
        return text in {"1", "true", "yes"} if text else default
    raise ImproperlyConfigured(f"{name} is {text!r}; set it to 1 or 0.")


def choice(name: str, values: tuple[str, ...]) -> str:
    """One of ``values``; the first one when nothing is set."""
    text = os.environ.get(name, "").strip() or values[0]
    if text in values:
        return text
    raise ImproperlyConfigured(f"{name} is {text!r}; set it to one of {', '.join(values)}.")


def number(name: str, *, default: int) -> int:
    text = os.environ.get(name, "").strip() or str(default)
    if text.isascii() and text.isdigit():
        return int(text)
    raise ImproperlyConfigured(f"{name} is {text!r}; set it to a whole number.")


def folder(name: str) -> Path | None:
    text = os.environ.get(name, "").strip()
    if not text or Path(text).is_dir():
        return Path(text).absolute() if text else None
    raise ImproperlyConfigured(f"{name} is {text!r}; set it to a folder of this machine.")


def words(name: str, *, default: str = "") -> list[str]:
    """A list from a value with commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(word) for word in words(name))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}; write networks like 10.1.0.0/16.") from error


def address(name: str, *, default: str) -> str:
    """Where people find the site, without a path: ``https://milepost.example.org``."""
    text = (os.environ.get(name, "").strip() or default).rstrip("/")
    try:
        parts = urlsplit(text)
        host = parts.hostname or "."  # settings for hosts may begin with one, or with a *
        sound = parts.scheme in {"http", "https"} and host[0] not in ".*" and parts.port != 0
    except ValueError:
        sound = False
    if sound and text == f"{parts.scheme}://{parts.netloc}" and "@" not in text:
        return text
    raise ImproperlyConfigured(
        f"{name} is {text!r}; set it to the site's address, such as https://milepost.example.org."
    )


def database(url: str, *, pool_size: int) -> dict[str, Any]:
    """Django's database settings from a ``postgresql://`` URL (also with ``?host=/socket/dir``)."""
    try:
        parts = conninfo_to_dict(url)
    except Exception as error:
        raise ImproperlyConfigured(f"DATABASE_URL is not a PostgreSQL URL: {error}") from error
    named = {key: str(parts.pop(key, "") or "") for key in ("dbname", "user", "password")}
    host, port = str(parts.pop("host", "") or ""), str(parts.pop("port", "") or "")
    options: dict[str, Any] = dict(parts)
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": named["dbname"],
        "USER": named["user"],
        "PASSWORD": named["password"],
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
    }


def broker(redis_url: str) -> str:
    """The same server as Celery names it: it spells unix sockets in its own way."""
    if redis_url.startswith("unix://"):
        path, _, query = redis_url.removeprefix("unix://").partition("?")
        number = query.removeprefix("db=") if query.startswith("db=") else "0"
        return f"redis+socket://{path}?virtual_host={number}"
    return redis_url

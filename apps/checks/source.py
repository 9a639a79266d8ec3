"""What can be handed in, the bounds within which it is fetched, and the cleaning of its address."""

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urlsplit

from apps.checks.errors import InvalidSubmission
from apps.checks.proxy import Network, is_allowed

MAX_URL = 500  # characters

# Hosts whose repositories are always at /owner/name: what a browser shows behind it can be judged.
_TWO_PARTS = frozenset({"github.com", "codeberg.org", "bitbucket.org"})
_DEFAULT_BRANCHES = frozenset({"main", "master"})
_SCP_LIKE = re.compile(r"(?:[\w.-]+@)([\w.-]+):(?!//)/*(.+)")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class GitUrl:
    url: str


@dataclass(frozen=True, slots=True)
class ZipFile:
    path: Path


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path


type Source = GitUrl | ZipFile | Folder


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchConfig:
    allow_local: bool = False  # file:// repositories: only for tests and operators
    allowed_networks: tuple[Network, ...] = ()  # private ones that may hold a git server
    ports: frozenset[int] = frozenset({443})
    ca_bundle: Path | None = None  # PEM; the operator's instead of the system's
    max_files: int = 2_000
    max_size_mb: int = 50  # of all files together; MiB
    max_file_mb: int = 10  # of one file; MiB
    timeout_s: float = 60.0  # for git to fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    root: Path
    commit: str  # git SHA, SHA-256 of the zip, or of the content of the folder
    files: int
    size: int  # bytes


def clean_url(text: str, *, allowed_networks: Iterable[Network] = ()) -> str:
    """The https address of a git repository, as git will be given it.

    Forgives what people paste: no scheme, a trailing slash, a tab or a page of the repository.
    Raises InvalidSubmission with what to change; cleaning a clean address changes nothing.
    """
    text = text.strip()
    if not text:
        raise InvalidSubmission("url_empty", "Paste the address of your repository.")
    _judge_length(text)
    if any(char.isspace() or unicodedata.category(char)[0] == "C" for char in text):
        raise InvalidSubmission(
            "url_characters", "The address contains spaces or invisible characters. Remove them."
        )
    parts = _split(text)
    host = _host(parts, allowed_networks)
    path = _path(host, parts.path)
    port = f":{parts.port}" if parts.port not in {None, 443} else ""
    cleaned = f"https://{host}{port}{path}"
    _judge_length(cleaned)  # letters outside ASCII are written as up to twelve characters
    return cleaned


def _judge_length(address: str) -> None:
    if len(address) > MAX_URL:
        raise InvalidSubmission(
            "url_too_long", f"The address is longer than {MAX_URL} characters. Paste a shorter one."
        )


def _split(text: str) -> SplitResult:
    """Parts of an https address without credentials."""
    ssh = _SCP_LIKE.fullmatch(text)
    if ssh:
        raise _ssh(ssh[1], ssh[2])
    if "://" not in text and re.match(r"[\w-]+(\.[\w-]+)+(:\d+)?/", text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _not_an_address() from None
    if parts.scheme in {"ssh", "git+ssh"} and host:
        raise _ssh(host, parts.path.lstrip("/"))
    if parts.scheme in {"http", "git", "ftp"} and host:
        raise InvalidSubmission(
            "url_scheme",
            f"Only https addresses are fetched. Use https://{host}{parts.path} instead.",
        )
    if parts.scheme != "https" or not host:
        raise _not_an_address()
    if "@" in parts.netloc:
        raise InvalidSubmission(
            "url_credentials",
            "The address contains a user name, password or token. Take it out, and use a "
            f"repository that anyone may read: https://{host}{parts.path}",
        )
    return parts


def _ssh(host: str, path: str) -> InvalidSubmission:
    return InvalidSubmission(
        "url_ssh", f"This is an SSH address. Use the https one: https://{host}/{path}"
    )


def _not_an_address() -> InvalidSubmission:
    return InvalidSubmission(
        "url_invalid",
        "This is not the https address of a repository. "
        "It looks like https://github.com/you/your-project.",
    )


def _host(parts: SplitResult, allowed_networks: Iterable[Network]) -> str:
    host = (parts.hostname or "").removesuffix(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        if not is_allowed(address, allowed_networks):
            raise private_address(host)
        return f"[{address}]" if address.version == 6 else str(address)
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _not_an_address() from None
    if not _HOST.fullmatch(host):
        raise _not_an_address()
    return "github.com" if host == "www.github.com" else host


def private_address(host: str) -> InvalidSubmission:
    return InvalidSubmission(
        "private_address",
        f"{host} is an address inside a private network, which checks cannot reach. "
        "Push your repository to a public host and paste its https address.",
    )


def _path(host: str, raw: str) -> str:
    segments = [s for s in quote(unquote(raw), safe="/~+@:!$&'()*,;=").split("/") if s]
    if any(segment in {".", ".."} for segment in segments):
        raise _not_an_address()
    if "-" in segments[2:]:  # GitLab puts its pages behind /-/
        cut = segments.index("-", 2)
        segments, page = segments[:cut], segments[cut + 1 :]
    elif host in _TWO_PARTS:
        segments, page = segments[:2], segments[2:]
    else:
        page = []
    if not segments or (len(segments) < 2 and host in _TWO_PARTS | {"gitlab.com"}):
        raise InvalidSubmission(
            "url_no_repository",
            f"This address names no repository. It looks like https://{host}/you/your-project.",
        )
    path = "/" + "/".join(segments)
    if page and not (page[0] == "tree" and len(page) == 2 and page[1] in _DEFAULT_BRANCHES):
        raise InvalidSubmission(
            "url_page",
            "This address is a page inside a repository; checks read the default branch of the "
            f"whole. Use https://{host}{path} instead.",
        )
    # GitLab answers a fetch without it by a redirect, and redirects are not followed.
    return f"{path}.git" if host == "gitlab.com" and not path.endswith(".git") else path

"""A submission in a git repository. git runs in a sandbox, and its files come out as blobs.

Two jobs: the first fetches and lists; the listing is judged here; the second reads the blobs that
may be written. There is never a checkout, so hooks, attributes and filters have nothing to act on.
"""

import re
import shutil
import ssl
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from io import BufferedReader
from pathlib import Path
from urllib.parse import unquote

from apps import sandbox
from apps.checks import proxy
from apps.checks.errors import Cancelled, InvalidSubmission, PlatformError
from apps.checks.git_failures import failure
from apps.checks.source import FetchConfig, Fetched, clean_url
from apps.checks.tree import (
    MIB,
    Entry,
    disk_errors,
    filled,
    judge,
    shown,
    symlink,
    too_many_files,
    write_file,
)

_CHUNK = 64 * 1024
_LOCAL = "/source"  # where a file:// repository stands inside
_END = b"end\0"
_RECORD = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]{40,64}) +(\d+|-)\t(.+)", re.DOTALL)
_LFS = b"version https://git-lfs.github.com/spec/"
_PLATFORM = "The checker could not fetch your repository. This is our fault; it is tried again."

# The whole configuration, given as the global one since git drops other ways for the programs
# that it starts itself. unpackLimit: keep the pack as it came.
_CONFIG = f"""\
[protocol]
	allow = never
	version = 2
[protocol "{{scheme}}"]
	allow = always
[http]
	proxy = http://127.0.0.1:{sandbox.GATEWAY_PORT}
	followRedirects = false
	lowSpeedLimit = 1000
	lowSpeedTime = 20
	sslCAInfo = /job/ca.pem
[safe]
	directory = *
[core]
	hooksPath = /dev/null
	bigFileThreshold = 8m
	fsmonitor = false
[transfer]
	fsckObjects = true
	bundleURI = false
[fetch]
	unpackLimit = 1
	recurseSubmodules = false
	writeCommitGraph = false
[submodule]
	recurse = false
[credential]
	helper =
[pack]
	threads = 1
[gc]
	auto = 0
[maintenance]
	auto = false
"""
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/job/gitconfig",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "/bin/false",
    "LC_ALL": "C",  # failures are told apart by their English text
}
# The end mark tells a whole listing from one that was cut or that git did not finish. Without the
# signal for too large a file, git says that it is one.
_FETCH = """\
set -e
trap '' XFSZ
git init --quiet --bare --template= repository.git
cd repository.git
git fetch --quiet --depth=1 --no-tags --no-recurse-submodules -- "$1" +HEAD:refs/heads/submission
git rev-parse --verify refs/heads/submission > ../commit
{ git ls-tree -r -l -z --full-tree refs/heads/submission && printf 'end\\0'; } \\
    | head -c "$2" > ../listing
"""
_READ = "git --git-dir=repository.git cat-file --batch < wanted > blobs"


@dataclass(frozen=True, slots=True)
class _Blob:
    name: str  # the object's
    entry: Entry


def fetch_git(
    url: str, *, into: Path, config: FetchConfig, cancelled: Callable[[], bool] | None = None
) -> Fetched:
    """Fetch the tip of the default branch of ``url`` into ``into``.

    Raises InvalidSubmission, PlatformError and Cancelled.
    """
    if shutil.which("git") is None:
        raise PlatformError("git_missing", f"{_PLATFORM} The operator has to install git.")
    with disk_errors():
        scratch = tempfile.TemporaryDirectory(prefix="fetch-")
    with scratch as name:
        work = Path(name)
        commit, blobs = _fetch(url, work, config, cancelled)
        judge([blob.entry for blob in blobs], config)
        _read(blobs, work, config, cancelled)
        with filled(into), (work / "read" / "blobs").open("rb") as stream:
            for blob in blobs:
                write_file(into, blob.entry, _content(stream, blob))
    size = sum(blob.entry.size for blob in blobs)
    return Fetched(root=into, commit=commit, files=len(blobs), size=size)


def _fetch(
    url: str, work: Path, config: FetchConfig, cancelled: Callable[[], bool] | None
) -> tuple[str, list[_Blob]]:
    """The first job. Leaves the bare repository in ``work/fetched``."""
    url, mounts = _address(url, config)
    refusals: list[proxy.Refusal] = []
    policy = proxy.Policy(
        ports=config.ports,
        allowed_networks=config.allowed_networks,
        total_s=config.timeout_s,
        # A pack is compressed: one beyond this unpacks to more than is allowed.
        max_bytes=(config.max_size_mb + 16) * MIB,
    )
    listing_cap = config.max_files * 512
    result = _run(
        ["sh", "-c", _FETCH, "fetch", url, str(listing_cap)],
        directory=_prepared(work / "job", url, config),
        artifacts=("repository.git", "commit", "listing"),
        to=work / "fetched",
        timeout_s=config.timeout_s,
        config=config,
        mounts=mounts,
        gateway=partial(proxy.handle, policy=policy, refusals=refusals),
        cancelled=cancelled,
    )
    if result.outcome is not sandbox.Outcome.OK:
        raise failure(result, refusals, url=url, config=config)
    with disk_errors():
        commit = (work / "fetched" / "commit").read_text().strip()
        listing = (work / "fetched" / "listing").read_bytes()
    return commit, _parsed(listing, listing_cap, config)


def _address(url: str, config: FetchConfig) -> tuple[str, list[sandbox.Mount]]:
    if not url.startswith("file://"):
        return clean_url(url, allowed_networks=config.allowed_networks), []
    if not config.allow_local:
        raise InvalidSubmission(
            "url_scheme",
            "Only https addresses are fetched. Push your repository to a public host and paste "
            "its https address.",
        )
    path = Path(unquote(url.removeprefix("file://")))
    if not path.is_absolute() or not path.is_dir():
        raise InvalidSubmission("no_such_path", f"There is no folder {shown(str(path))}.")
    return f"file://{_LOCAL}", [sandbox.Mount(path.resolve(), _LOCAL)]


def _prepared(folder: Path, url: str, config: FetchConfig) -> Path:
    """The folder of the first job: git's configuration and the certificates to trust."""
    with disk_errors():
        folder.mkdir(mode=0o755)
        scheme = url.partition(":")[0]
        (folder / "gitconfig").write_text(_CONFIG.format(scheme=scheme))
        if scheme == "https":
            shutil.copyfile(_ca_bundle(config), folder / "ca.pem")
    return folder


def _ca_bundle(config: FetchConfig) -> Path:
    """What to trust. A useless file of the operator must not look like the learner's mistake."""
    if config.ca_bundle is not None:
        try:
            ssl.create_default_context(cafile=config.ca_bundle)
        except OSError as error:
            raise PlatformError(
                "ca_bundle_unusable",
                f"{_PLATFORM} The operator's file of certificates cannot be read.",
            ) from error
        return config.ca_bundle
    paths = (
        "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Arch, Alpine
        "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
        "/etc/ssl/ca-bundle.pem",  # openSUSE
    )
    for path in map(Path, paths):
        if path.is_file():
            return path
    raise PlatformError(
        "ca_bundle_missing", f"{_PLATFORM} The operator has to install ca-certificates."
    )


def _run(
    command: Sequence[str],
    *,
    directory: Path,
    artifacts: Sequence[str],
    to: Path,
    timeout_s: float,
    config: FetchConfig,
    mounts: Sequence[sandbox.Mount] = (),
    gateway: sandbox.Gateway | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> sandbox.Result:
    disk_mb = 3 * config.max_size_mb + 32  # the pack, its index and the blobs
    limits = sandbox.Limits(
        wall_s=timeout_s,
        cpu_s=timeout_s,
        memory_mb=512 + disk_mb,  # files in /job count as memory
        disk_mb=disk_mb,
        inodes=1_000,
    )
    try:
        with disk_errors():
            result = sandbox.run(
                command,
                directory=directory,
                limits=limits,
                environment=_ENVIRONMENT,
                mounts=mounts,
                gateway=gateway,
                artifacts_to=to,
                artifact_paths=artifacts,
                cancelled=cancelled,
            )
    except (sandbox.SandboxUnavailable, ValueError) as error:  # the latter: an unreadable mount
        raise PlatformError("sandbox_unavailable", f"{_PLATFORM} {error}") from error
    if cancelled is not None and cancelled():
        raise Cancelled
    return result


def _parsed(listing: bytes, cap: int, config: FetchConfig) -> list[_Blob]:
    """What ``git ls-tree -r -l -z`` wrote: "<mode> <type> <object> <size>\\t<path>" each."""
    if not listing.endswith(_END):
        if len(listing) >= cap:
            raise too_many_files(config)
        raise PlatformError("git_failed", _PLATFORM)
    blobs = []
    for record in listing.removesuffix(_END).split(b"\0")[:-1]:
        match = _RECORD.fullmatch(record)
        if match is None:
            raise PlatformError("git_failed", _PLATFORM)
        mode, kind, name, size = (match[group].decode() for group in range(1, 5))
        path = _decoded(match[5])
        if mode == "120000":
            raise symlink(path)
        if kind != "blob":
            raise InvalidSubmission(
                "submodule",
                f"{shown(path)} is a submodule, which is not fetched. "
                "Commit its files into your own repository, or remove it.",
            )
        blobs.append(_Blob(name, Entry(path, int(size), executable=mode == "100755")))
    return blobs


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise InvalidSubmission(
            "bad_name",
            f"{shown(raw.decode(errors='replace'))} has a name that is not UTF-8. Rename it.",
        ) from None


def _read(
    blobs: Sequence[_Blob], work: Path, config: FetchConfig, cancelled: Callable[[], bool] | None
) -> None:
    """The second job, without any network. Leaves all contents in ``work/read/blobs``."""
    with disk_errors():
        shutil.copyfile(work / "job" / "gitconfig", work / "fetched" / "gitconfig")
        (work / "fetched" / "wanted").write_text("".join(f"{blob.name}\n" for blob in blobs))
    result = _run(
        ["sh", "-c", _READ],
        directory=work / "fetched",
        artifacts=("blobs",),
        to=work / "read",
        timeout_s=30.0,
        config=config,
        cancelled=cancelled,
    )
    if result.outcome is not sandbox.Outcome.OK:
        raise PlatformError("git_failed", _PLATFORM)


def _content(stream: BufferedReader, blob: _Blob) -> Iterator[bytes]:
    """The next object of ``git cat-file --batch``, which has to be ``blob`` as it was judged."""
    size = blob.entry.size
    if stream.readline(200) != f"{blob.name} blob {size}\n".encode():
        raise PlatformError("git_failed", _PLATFORM)
    left = size
    while left:
        chunk = stream.read(min(left, _CHUNK))
        if not chunk:
            raise PlatformError("git_failed", _PLATFORM)
        if size < 1024 and chunk.startswith(_LFS):  # a pointer, which is one chunk
            raise InvalidSubmission(
                "lfs",
                f"{shown(blob.entry.path)} is stored in Git LFS, which is not fetched. "
                "Commit the file itself, or remove it.",
            )
        left -= len(chunk)
        yield chunk
    if stream.read(1) != b"\n":
        raise PlatformError("git_failed", _PLATFORM)

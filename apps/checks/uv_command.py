"""Runs uv in the sandbox. Its only way out is the proxy to the hosts of the configured indexes."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from uv import find_uv_bin

from apps import sandbox
from apps.checks.errors import Cancelled, InvalidSubmission, PlatformError
from apps.checks.proxy import Policy, Reason, Refusal, handle
from apps.checks.store import WORK, Store
from apps.checks.text_file import shown

_UV = "/opt/uv"
_CA_BUNDLE = "/etc/ca-bundle.crt"
_FIND_LINKS = "/opt/find-links"
_CONFIG = "uv.toml"
# For a day an index page is believed as it was, and the files of an index never change: what was
# seen before is resolved and installed without a word over the network.
_CACHE_CONTROL = '{ api = "max-age=86400", files = "max-age=31536000, immutable" }'

_CA_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # Alpine
)


def default_ca_bundle() -> Path | None:
    """The file of ``SSL_CERT_FILE``, else the system's; None: the roots built into the tools."""
    named = os.environ.get("SSL_CERT_FILE")
    if named:
        return Path(named)
    return next((path for path in map(Path, _CA_BUNDLES) if path.is_file()), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentConfig:
    """What the operator decides about packages.

    Addresses of indexes are https, without a password. ``index_hosts`` are all hosts that an
    install may reach, besides those of the indexes; their addresses may be private.
    ``find_links`` is a folder of wheels on this machine that the sandbox's user can read.

    Of this folder, the extra indexes and the index, the first that has a package gives all its
    versions: a newer CUDA build does not displace the operator's CPU build, nor a stranger's
    package one of the operator's own.
    """

    index_url: str = "https://pypi.org/simple"
    extra_index_urls: tuple[str, ...] = ()
    index_hosts: frozenset[str] = frozenset({"pypi.org", "files.pythonhosted.org"})
    find_links: Path | None = None
    ca_bundle: Path | None = None
    max_packages: int = 250
    max_mb: int = 4096  # of an environment as installed, on disk; MiB
    store_mb: int = 10_240  # of all environments and caches together; MiB
    min_free_mb: int = 1024  # left free on the disk; MiB
    resolve_s: float = 120.0
    install_s: float = 600.0
    compile_s: float = 300.0

    def __post_init__(self) -> None:
        for url in self.index_urls:
            if urlsplit(url).scheme != "https":
                raise ValueError(f"A package index must be an https address: {url}")

    @property
    def index_urls(self) -> tuple[str, ...]:
        """In the order of precedence."""
        return (*self.extra_index_urls, self.index_url)

    @property
    def policy(self) -> Policy:
        urls = [urlsplit(url) for url in self.index_urls]
        return Policy(
            hosts=frozenset(map(str.lower, self.index_hosts))
            | {url.hostname or "" for url in urls},
            ports=frozenset({443}) | {url.port or 443 for url in urls},
            total_s=self.install_s,
            # Sums of versions that were looked at and of what an index says come on top.
            max_bytes=(2 * self.max_mb + 512) * 1024 * 1024,
        )

    def as_uv_config(self, *, refresh: bool) -> str:
        """As uv reads it from a file; a JSON string is a TOML string."""
        lines = []
        if self.find_links is not None:
            lines += ["[[index]]", f'url = "{_FIND_LINKS}"', 'format = "flat"']
        for url in self.index_urls:
            lines += ["[[index]]", f"url = {json.dumps(url)}"]
            if not refresh:  # it would be stronger than --refresh
                lines.append(f"cache-control = {_CACHE_CONTROL}")
        return "\n".join([*lines, "default = true", ""])


def run_uv(
    arguments: Sequence[str],
    *,
    files: Mapping[str, str],
    store: Store,
    config: EnvironmentConfig,
    wall_s: float,
    refresh: bool = False,
    mounts: Sequence[sandbox.Mount] = (),
    artifacts_to: Path | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    on_output: Callable[[str], None] | None = None,
) -> sandbox.Result:
    """Run ``uv ARGUMENTS`` where ``files`` (name: text) lie in the working directory.

    No code of a package runs in this: wheels are unpacked, nothing is built. ``refresh``: index
    pages that were seen today are asked for again.
    Raises what ``run_tool`` does, and InvalidSubmission when too much would be downloaded.
    """
    refusals: list[Refusal] = []
    policy = config.policy
    options = ["--config-file", _CONFIG, "--cache-dir", f"{WORK}/cache"]
    if refresh:
        options.append("--refresh")
    with tempfile.TemporaryDirectory(prefix="milepost-uv-") as directory:
        Path(directory).chmod(0o755)  # the sandbox's own user reads it
        for name, text in {**files, _CONFIG: config.as_uv_config(refresh=refresh)}.items():
            Path(directory, name).write_text(text)
        result = run_tool(
            [_UV, *arguments, *options],
            store=store,
            config=config,
            directory=Path(directory),
            limits=sandbox.Limits(
                wall_s=wall_s,
                cpu_s=wall_s,
                memory_mb=2048,
                pids=256,
                # Also the most that one file may take, wherever it lies.
                disk_mb=64 + config.max_mb,
                output_kb=256,
            ),
            environment=_variables(config),
            mounts=[sandbox.Mount(Path(find_uv_bin()), _UV), *_operator_mounts(config), *mounts],
            gateway=lambda connection: handle(connection, policy, refusals),
            on_output=_decoded(on_output),
            artifacts_to=artifacts_to,
            cancelled=cancelled,
        )
    if result.outcome is not sandbox.Outcome.OK:
        _judge_refusals(refusals, config=config)
    return result


def _judge_refusals(refusals: Sequence[Refusal], *, config: EnvironmentConfig) -> None:
    for refusal in refusals:
        if refusal.reason is Reason.TOO_MUCH_DATA:
            raise too_large(config)
        if refusal.reason is Reason.HOST_NOT_ALLOWED:
            raise PlatformError(
                "index_host_not_allowed",
                f"The package index refers to {shown(refusal.host)}, which installs may not "
                "reach here. The operator of this installation must allow it.",
            )


def run_tool(
    command: Sequence[str],
    *,
    store: Store,
    config: EnvironmentConfig,
    limits: sandbox.Limits,
    mounts: Sequence[sandbox.Mount],
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    gateway: sandbox.Gateway | None = None,
    on_output: sandbox.OutputCallback | None = None,
    artifacts_to: Path | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> sandbox.Result:
    """Run a trusted tool in the sandbox with the store's ``work`` (writable) at ``/work``.

    Raises Cancelled, and PlatformError when there is no sandbox or the disk is nearly full.
    """

    def is_full() -> bool:
        return shutil.disk_usage(store.work).free < config.min_free_mb * 1024 * 1024

    try:
        result = sandbox.run(
            command,
            directory=directory,
            limits=limits,
            environment=environment,
            mounts=[store.writable, *mounts],
            gateway=gateway,
            on_output=on_output,
            artifacts_to=artifacts_to,
            cancelled=lambda: cancelled() or is_full(),
        )
    except sandbox.SandboxUnavailable as error:
        raise PlatformError("sandbox_unavailable", str(error)) from error
    if cancelled():
        raise Cancelled
    if is_full():
        raise disk_full()
    if result.outcome is sandbox.Outcome.SANDBOX_ERROR:
        raise PlatformError("sandbox_error", result.message)
    return result


def too_large(config: EnvironmentConfig) -> InvalidSubmission:
    return InvalidSubmission(
        "environment_too_large",
        f"Your dependencies take more than {config.max_mb} MiB, which is the limit. "
        "Keep only what your code imports.",
    )


def disk_full() -> PlatformError:
    return PlatformError(
        "disk_full",
        "The disk of this installation is nearly full, so your dependencies were not installed. "
        "Your check runs again once its operator has made room.",
    )


def _operator_mounts(config: EnvironmentConfig) -> list[sandbox.Mount]:
    mounts = []
    if config.ca_bundle is not None:
        mounts.append(sandbox.Mount(config.ca_bundle.resolve(), _CA_BUNDLE))
    if config.find_links is not None:
        mounts.append(sandbox.Mount(config.find_links.resolve(), _FIND_LINKS))
    return mounts


def _variables(config: EnvironmentConfig) -> Mapping[str, str]:
    proxy = f"http://127.0.0.1:{sandbox.GATEWAY_PORT}"
    variables = {
        "NO_COLOR": "1",
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_HTTP_RETRIES": "2",
        "HTTPS_PROXY": proxy,
        "ALL_PROXY": proxy,
    }
    if config.ca_bundle is not None:
        variables["SSL_CERT_FILE"] = _CA_BUNDLE
    return variables


def _decoded(on_output: Callable[[str], None] | None) -> sandbox.OutputCallback | None:
    if on_output is None:
        return None
    return lambda _, data: on_output(data.decode("utf-8", "replace"))

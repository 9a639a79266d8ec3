"""Runs uv in the sandbox. Its only way out is the proxy to the hosts of the configured index."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from uv import find_uv_bin

from apps import sandbox
from apps.checks.errors import Cancelled, InvalidSubmission, PlatformError
from apps.checks.proxy import Policy, Reason, Refusal, handle
from apps.checks.text_file import shown

# Where uv finds things inside. Cache and environment lie below one mount: a hard link cannot go
# from one mount to another, not even on the same file system.
WORK = "/work"
CACHE = f"{WORK}/cache"
_UV = "/opt/uv"
_CA_BUNDLE = "/etc/ca-bundle.crt"
_FIND_LINKS = "/opt/find-links"

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

    ``index_url`` is https, without a password. ``index_hosts`` are all hosts that an install may
    reach, besides that of ``index_url``; their addresses may be private. ``extra_find_links`` is
    a folder of wheels on this machine that the sandbox's user can read.
    """

    index_url: str = "https://pypi.org/simple"
    index_hosts: frozenset[str] = frozenset({"pypi.org", "files.pythonhosted.org"})
    extra_find_links: Path | None = None
    ca_bundle: Path | None = None
    max_packages: int = 250
    max_mb: int = 4096  # of an environment as installed; MiB
    min_free_mb: int = 1024  # left free on the disk; MiB
    resolve_s: float = 120.0
    install_s: float = 600.0
    compile_s: float = 300.0

    def __post_init__(self) -> None:
        if urlsplit(self.index_url).scheme != "https":
            raise ValueError(f"The package index must be an https address: {self.index_url}")

    @property
    def policy(self) -> Policy:
        url = urlsplit(self.index_url)
        return Policy(
            hosts=frozenset(map(str.lower, self.index_hosts)) | {url.hostname or ""},
            ports=frozenset({443, url.port or 443}),
            total_s=self.install_s,
            # Sums of versions that were looked at and of what an index says come on top.
            max_bytes=(2 * self.max_mb + 512) * 1024 * 1024,
        )

    def index_options(self) -> list[str]:
        options = ["--index-url", self.index_url]
        if self.extra_find_links is not None:
            options += ["--find-links", _FIND_LINKS]
        return options


def run_uv(
    arguments: Sequence[str],
    *,
    work: Path,
    config: EnvironmentConfig,
    wall_s: float,
    mounts: Sequence[sandbox.Mount] = (),
    directory: Path | None = None,
    online: bool = True,
    artifacts_to: Path | None = None,
    cancelled: Callable[[], bool] | None = None,
    on_output: Callable[[str], None] | None = None,
) -> sandbox.Result:
    """Run ``uv ARGUMENTS`` with the folder ``work`` (writable) at ``/work``.

    No code of a package runs in this: wheels are unpacked, nothing is built.
    Raises what ``run_tool`` does, and InvalidSubmission when too much would be downloaded.
    """
    refusals: list[Refusal] = []
    policy = config.policy
    result = run_tool(
        [_UV, *arguments, "--no-config", "--cache-dir", CACHE],
        work=work,
        config=config,
        directory=directory,
        limits=sandbox.Limits(
            wall_s=wall_s, cpu_s=wall_s, memory_mb=2048, pids=256, disk_mb=64, output_kb=256
        ),
        environment=_variables(config, online=online),
        mounts=[sandbox.Mount(Path(find_uv_bin()), _UV), *_operator_mounts(config), *mounts],
        gateway=(lambda connection: handle(connection, policy, refusals)) if online else None,
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
    work: Path,
    config: EnvironmentConfig,
    limits: sandbox.Limits,
    mounts: Sequence[sandbox.Mount],
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    gateway: sandbox.Gateway | None = None,
    on_output: sandbox.OutputCallback | None = None,
    artifacts_to: Path | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> sandbox.Result:
    """Run a trusted tool in the sandbox with the folder ``work`` (writable) at ``/work``.

    Raises Cancelled, and PlatformError when there is no sandbox or the disk is nearly full.
    """
    is_cancelled = cancelled or (lambda: False)

    def is_full() -> bool:
        return shutil.disk_usage(work).free < config.min_free_mb * 1024 * 1024

    try:
        result = sandbox.run(
            command,
            directory=directory,
            limits=limits,
            environment=environment,
            mounts=[sandbox.Mount(work, WORK, writable=True), *mounts],
            gateway=gateway,
            on_output=on_output,
            artifacts_to=artifacts_to,
            cancelled=lambda: is_cancelled() or is_full(),
        )
    except sandbox.SandboxUnavailable as error:
        raise PlatformError("sandbox_unavailable", str(error)) from error
    if is_cancelled():
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
    if config.extra_find_links is not None:
        mounts.append(sandbox.Mount(config.extra_find_links.resolve(), _FIND_LINKS))
    return mounts


def _variables(config: EnvironmentConfig, *, online: bool) -> Mapping[str, str]:
    variables = {
        "NO_COLOR": "1",
        "UV_NO_PROGRESS": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_HTTP_RETRIES": "2",
    }
    if online:
        proxy = f"http://127.0.0.1:{sandbox.GATEWAY_PORT}"
        variables |= {"HTTPS_PROXY": proxy, "ALL_PROXY": proxy}
    if config.ca_bundle is not None:
        variables["SSL_CERT_FILE"] = _CA_BUNDLE
    return variables


def _decoded(on_output: Callable[[str], None] | None) -> sandbox.OutputCallback | None:
    if on_output is None:
        return None
    return lambda _, data: on_output(data.decode("utf-8", "replace"))

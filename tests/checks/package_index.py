"""A real package index over https, with wheels of our own.

The fixtures are imported by the test modules that want them.
"""

import base64
import contextlib
import hashlib
import html
import ssl
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from apps.checks.environment import EnvironmentConfig
from tests.checks.git_server import make_certificates


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder that the sandbox's user can enter, as pytest's own is not under root."""
    with tempfile.TemporaryDirectory(prefix="milepost-store-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def fresh_store() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


def write_wheel(
    folder: Path,
    name: str,
    files: Mapping[str, bytes] | None = None,
    *,
    version: str = "1.0",
    requires: Sequence[str] = (),
    tag: str = "py3-none-any",
) -> Path:
    """A wheel with a module of its name, unless ``files`` are given."""
    info = f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    content = {
        **(files or {f"{name}.py": f"version = {version!r}\n".encode()}),
        f"{info}/METADATA": "\n".join([*lines, ""]).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    record = "".join(
        f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in content.items()
    )
    wheel = folder / f"{name}-{version}-{tag}.whl"
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, data in content.items():
            archive.writestr(path, data)
    return wheel


def _digest(content: bytes) -> str:
    digest = hashlib.sha256(content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class PackageIndex:
    files: Path  # of all packages
    port: int
    ca: Path
    requests: list[str] = field(default_factory=list)  # paths asked for, in order
    yanked: dict[str, str] = field(default_factory=dict)  # name of a file: why

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/simple"

    @property
    def config(self) -> EnvironmentConfig:
        return EnvironmentConfig(
            index_url=self.url, index_hosts=frozenset(), ca_bundle=self.ca, min_free_mb=0
        )

    def page(self, name: str) -> str:
        """As the simple repository API has it (PEP 503, PEP 592); empty for a name not there."""
        lines = []
        for path in sorted(self.files.glob(f"{name.replace('-', '_')}-*")):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            why = self.yanked.get(path.name)
            mark = "" if why is None else f' data-yanked="{html.escape(why)}"'
            lines.append(f'<a href="/{path.name}#sha256={digest}"{mark}>{path.name}</a><br>')
        return "\n".join(lines)


@pytest.fixture(scope="module")
def package_index() -> Iterator[PackageIndex]:
    with open_folder() as folder:
        make_certificates(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem")
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        index = PackageIndex(files=folder / "files", port=server.server_port, ca=folder / "ca.pem")
        index.files.mkdir()
        server.index = index  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield index
        server.shutdown()
        server.server_close()
        thread.join(10)


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *arguments: Any) -> None:
        index: PackageIndex = arguments[2].index
        super().__init__(*arguments, directory=str(index.files))

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # a client that gave up, or that does not trust us
            super().handle()

    def do_GET(self) -> None:
        index: PackageIndex = self.server.index  # type: ignore[attr-defined]
        index.requests.append(self.path)
        if not self.path.startswith("/simple/"):
            super().do_GET()
            return
        page = index.page(self.path.split("/")[2]).encode()
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

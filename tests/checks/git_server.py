"""Real git repositories, and a real git server over https with a certificate authority of its own.

The fixtures are imported by the test modules that want them.
"""

import contextlib
import datetime
import ipaddress
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.checks.fetch import FetchConfig

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")

_ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    **{
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in {"NAME": "Ada", "EMAIL": "ada@example.org"}.items()
    },
}


def git(repository: Path, *arguments: str, given: bytes = b"") -> str:
    """What ``git arguments`` answers in ``repository``."""
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        env=_ENVIRONMENT,
        input=given,
        check=True,
        capture_output=True,
    )
    return done.stdout.decode().strip()


def make_repository(path: Path, files: Mapping[str, bytes] | None = None) -> Path:
    """A bare repository with one commit of ``files``, or none if there are none."""
    path.mkdir(parents=True)
    git(path, "init", "--quiet", "--bare", "--initial-branch=main")
    if files:
        lines = (
            f"100644 {git(path, 'hash-object', '-w', '--stdin', given=content)}\t{name}\n"
            for name, content in files.items()
        )
        git(path, "update-index", "--index-info", given="".join(lines).encode())
        commit_tree(path, git(path, "write-tree"))
    return path


def add_entries(path: Path, *entries: str) -> None:
    """Commit further entries, "<mode> <object>\\t<path>", as they are."""
    git(path, "update-index", "--index-info", given="\n".join(entries).encode() + b"\n")
    commit_tree(path, git(path, "write-tree"))


def commit_tree(path: Path, tree: str) -> None:
    git(path, "update-ref", "refs/heads/main", git(path, "commit-tree", tree, "-m", "work"))


@dataclass(frozen=True)
class GitServer:
    root: Path  # the repositories, served at /<name>
    port: int
    ca: Path
    requests: list[str]  # paths asked for, in order
    release: threading.Event  # lets the answers of /slow go

    def url(self, name: str, host: str = "localhost") -> str:
        return f"https://{host}:{self.port}/{name}"

    @property
    def config(self) -> FetchConfig:
        """That of an operator who allows this server."""
        return FetchConfig(
            allowed_networks=(LOOPBACK,),
            ports=frozenset({self.port}),
            ca_bundle=self.ca,
            timeout_s=30,
        )


@pytest.fixture
def shared_path() -> Iterator[Path]:
    """A folder that the sandbox's user can reach, as pytest's own is not under root."""
    with tempfile.TemporaryDirectory(prefix="shared-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def git_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    folder = tmp_path_factory.mktemp("git-server")
    make_certificates(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    made = GitServer(
        root=folder / "repositories",
        port=server.server_port,
        ca=folder / "ca.pem",
        requests=[],
        release=threading.Event(),
    )
    made.root.mkdir()
    server.git = made  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.release.set()
    server.shutdown()
    server.server_close()
    thread.join(10)
    shutil.rmtree(folder)


class _Handler(BaseHTTPRequestHandler):
    """``git http-backend`` as CGI, and under some names what servers do instead of serving."""

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # a client that gave up, or that does not trust us
            super().handle()

    def do_GET(self) -> None:
        git: GitServer = self.server.git  # type: ignore[attr-defined]
        git.requests.append(self.path)
        name = self.path.split("/")[1]
        if name.startswith("status-"):
            self._status(int(name.removeprefix("status-")))
        elif name == "redirect-to-loopback":
            self._status(302, Location=f"https://127.0.0.1:{git.port}/secret")
        elif name == "page":
            self._status(200, b"<!doctype html>\n<title>Not git</title>\n")
        elif name == "dumb":
            self._status(200, b"a" * 40 + b"\tHEAD\n")
        elif name == "slow":
            git.release.wait(60)
        elif name == "endless":
            self._endless()
        else:
            self._backend(git.root)

    do_POST = do_GET  # noqa: N815 - the name is http.server's

    def _status(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-git-upload-pack-advertisement")
        self.end_headers()
        self.wfile.write(b"001e# service=git-upload-pack\n0000")
        while True:
            self.wfile.write((b"0041" + b"a" * 40 + b" refs/heads/branch-1\n") * 1000)

    def _backend(self, root: Path) -> None:
        path, _, query = self.path.partition("?")
        length = self.headers.get("Content-Length")
        body = self.rfile.read(int(length)) if length else b""
        environment = _ENVIRONMENT | {
            "GIT_PROJECT_ROOT": str(root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"], env=environment, input=body, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(fields.pop("Status", "200").split()[0])
        self._status(status, content, **fields)


def make_certificates(folder: Path) -> None:
    """``ca.pem``, and ``server.pem`` (certificate and key) for the names of this machine."""
    ca_key, ca_name = ec.generate_private_key(ec.SECP256R1()), _name("Test authority")
    ca = (
        _certificate(ca_name, ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    certificate = (
        _certificate(ca_name, _name("Test server"), key.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "server.pem").write_bytes(certificate.public_bytes(pem) + private)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    issuer: x509.Name, subject: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )

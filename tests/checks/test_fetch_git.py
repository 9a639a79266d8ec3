import dataclasses
import random
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from apps.checks.errors import Cancelled, InvalidSubmission, PlatformError
from apps.checks.fetch import FetchConfig, Fetched, GitUrl, fetch
from tests.checks.git_server import (
    GitServer,
    add_entries,
    commit_tree,
    git,
    git_server,
    make_repository,
    shared_path,
)

__all__ = ["git_server", "shared_path"]  # fixtures

FILES = {"milepost.toml": b"[milepost]\n", "src/h\u00e4user.py": b"print(1)\r\n", "empty": b""}
LOCAL = FetchConfig(allow_local=True, max_files=50, max_size_mb=3, max_file_mb=2, timeout_s=30)


def fetched(repository: Path, config: FetchConfig = LOCAL) -> Fetched:
    into = repository.parent / "into"
    return fetch(GitUrl(f"file://{repository}"), into=into, config=config)


def refused(url: str | Path, into: Path, config: FetchConfig = LOCAL) -> InvalidSubmission:
    """The refusal of a fetch, which leaves nothing behind."""
    with pytest.raises(InvalidSubmission) as caught:
        fetch(
            GitUrl(f"file://{url}" if isinstance(url, Path) else url),
            into=into / "into",
            config=config,
        )
    assert not (into / "into").exists()
    return caught.value


def files_in(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if not path.is_dir()
    }


def blob(repository: Path, content: bytes) -> str:
    return git(repository, "hash-object", "-w", "--stdin", given=content)


# Over https, through the proxy


def test_https_repository_is_fetched(git_server: GitServer, tmp_path: Path) -> None:
    repository = make_repository(git_server.root / "good", FILES)
    result = fetch(GitUrl(git_server.url("good")), into=tmp_path / "into", config=git_server.config)
    assert files_in(result.root) == FILES
    assert result.commit == git(repository, "rev-parse", "main")
    assert (result.files, result.size) == (3, 21)


def test_host_on_loopback_is_not_reached(git_server: GitServer, tmp_path: Path) -> None:
    config = dataclasses.replace(git_server.config, allowed_networks=())
    asked = len(git_server.requests)
    for host in ("127.0.0.1", "localhost"):
        error = refused(git_server.url("good", host), tmp_path, config)
        assert error.code == "private_address"
        assert host in error.message
    assert len(git_server.requests) == asked


def test_other_port_is_not_reached(git_server: GitServer, tmp_path: Path) -> None:
    config = dataclasses.replace(git_server.config, ports=frozenset({443}))
    assert refused(git_server.url("good"), tmp_path, config).code == "port"


def test_redirect_is_told_and_not_followed(git_server: GitServer, tmp_path: Path) -> None:
    url = git_server.url("redirect-to-loopback")
    error = refused(url, tmp_path, git_server.config)
    assert error.code == "redirected"
    assert not any("secret" in path for path in git_server.requests)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("status-401", "not_accessible"),
        ("status-403", "not_accessible"),
        ("status-404", "not_accessible"),
        ("nowhere", "not_accessible"),
        ("status-301", "redirected"),
        ("status-429", "host_error"),
        ("status-503", "host_error"),
        ("page", "not_a_repository"),
        ("dumb", "not_a_repository"),
    ],
)
def test_what_the_server_answers_is_told(
    name: str, code: str, git_server: GitServer, tmp_path: Path
) -> None:
    error = refused(git_server.url(name), tmp_path, git_server.config)
    assert error.code == code


def test_unknown_certificate_authority_is_told(git_server: GitServer, tmp_path: Path) -> None:
    config = dataclasses.replace(git_server.config, ca_bundle=None)
    assert refused(git_server.url("good"), tmp_path, config).code == "tls"


def test_useless_bundle_of_the_operator_is_our_fault(tmp_path: Path) -> None:
    for content in (b"", b"not a certificate", None):
        bundle = tmp_path / "bundle.pem"
        bundle.unlink(missing_ok=True)
        if content is not None:
            bundle.write_bytes(content)
        with pytest.raises(PlatformError) as caught:
            fetch(
                GitUrl("https://a.example/b/c"),
                into=tmp_path / "into",
                config=FetchConfig(ca_bundle=bundle),
            )
        assert caught.value.code == "ca_bundle_unusable"


def test_unknown_host_is_told(tmp_path: Path) -> None:
    error = refused("https://no-such-host.invalid/a/b", tmp_path, FetchConfig())
    assert error.code == "host_not_found"
    assert "no-such-host.invalid" in error.message


def test_host_that_does_not_listen_is_told(git_server: GitServer, tmp_path: Path) -> None:
    config = dataclasses.replace(git_server.config, ports=frozenset({1}))
    assert refused("https://127.0.0.1:1/a/b", tmp_path, config).code == "host_unreachable"


def test_server_that_says_nothing_is_given_up(git_server: GitServer, tmp_path: Path) -> None:
    config = dataclasses.replace(git_server.config, timeout_s=2)
    assert refused(git_server.url("slow"), tmp_path, config).code == "fetch_timeout"


def test_server_that_never_stops_is_given_up(git_server: GitServer, tmp_path: Path) -> None:
    config = dataclasses.replace(git_server.config, max_size_mb=1)
    assert refused(git_server.url("endless"), tmp_path, config).code == "too_large"


def test_cancelled_fetch_ends(git_server: GitServer, tmp_path: Path) -> None:
    started = threading.Event()
    asked = len(git_server.requests)

    def cancelled() -> bool:
        if len(git_server.requests) > asked:
            started.set()
        return started.is_set()

    with pytest.raises(Cancelled):
        fetch(
            GitUrl(git_server.url("slow")),
            into=tmp_path / "into",
            config=git_server.config,
            cancelled=cancelled,
        )
    assert not (tmp_path / "into").exists()


# Local repositories


def test_local_repository_needs_permission(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    assert refused(repository, shared_path, FetchConfig()).code == "url_scheme"


@pytest.mark.parametrize("url", ["ext::sh%20-c%20id", "ssh://git@a.example/x", "/tmp", "-x"])
def test_other_transports_are_refused(url: str, tmp_path: Path) -> None:
    assert refused(url, tmp_path).code in {"url_invalid", "url_ssh"}


def test_missing_local_repository_is_told(shared_path: Path) -> None:
    assert refused(shared_path / "nowhere", shared_path).code == "no_such_path"


def test_folder_without_git_is_no_repository(shared_path: Path) -> None:
    (shared_path / "plain").mkdir()
    assert refused(shared_path / "plain", shared_path).code == "not_a_repository"


def test_repository_without_commits_is_empty(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo")
    assert refused(repository, shared_path).code == "empty_repository"


def test_commit_without_files_is_empty(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo")
    commit_tree(repository, git(repository, "mktree"))
    assert refused(repository, shared_path).code == "empty_repository"


def test_default_branch_is_fetched_whatever_its_name(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    git(repository, "branch", "-m", "main", "trunk")
    assert files_in(fetched(repository).root) == FILES


def test_modes_are_readable_and_executable(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    add_entries(repository, f"100755 {blob(repository, b'#!')}\tbin/run")
    root = fetched(repository).root
    assert stat.S_IMODE((root / "bin" / "run").stat().st_mode) == 0o755
    assert stat.S_IMODE((root / "milepost.toml").stat().st_mode) == 0o644


def test_ten_thousand_files_are_refused(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    name = blob(repository, b"x")
    add_entries(repository, *(f"100644 {name}\td{n % 100}/f{n}" for n in range(10_000)))
    assert refused(repository, shared_path).code == "too_many_files"
    assert refused(repository, shared_path, FetchConfig(allow_local=True)).code == "too_many_files"


def test_tree_bomb_is_refused(shared_path: Path) -> None:
    """Ten levels of ten times the same folder: eleven objects, ten thousand million files."""
    repository = make_repository(shared_path / "repo")
    name, mode, kind = blob(repository, b"x"), "100644", "blob"
    for _ in range(10):
        lines = "".join(f"{mode} {kind} {name}\tf{n}\n" for n in range(10))
        name, mode, kind = git(repository, "mktree", given=lines.encode()), "040000", "tree"
    commit_tree(repository, name)
    assert refused(repository, shared_path).code == "too_many_files"


@pytest.mark.parametrize(
    ("copies", "size", "code"),
    [
        (1, 2 * 1024**2 + 1, "file_too_large"),
        (4, 1024**2, "too_large"),
        (1, 10**8, "file_too_large"),
    ],
)
def test_sizes_are_judged_as_unpacked(copies: int, size: int, code: str, shared_path: Path) -> None:
    """Of zeros, of which a pack holds next to nothing."""
    content = bytes(size)
    repository = make_repository(shared_path / "r", {f"f{n}": content for n in range(copies)})
    assert refused(repository, shared_path).code == code


def test_pack_larger_than_all_may_be_is_refused(shared_path: Path) -> None:
    noise = random.Random(0).randbytes(1024**2)
    content = b"".join(bytes([number]) + noise[number:] for number in range(45))
    repository = make_repository(shared_path / "repo", {"noise": content})
    assert refused(repository, shared_path).code == "too_large"


def test_symlink_is_refused_and_named(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    add_entries(repository, f"120000 {blob(repository, b'/etc/passwd')}\tdata/link")
    error = refused(repository, shared_path)
    assert error.code == "symlink"
    assert "data/link" in error.message


def test_submodule_is_refused_and_named(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    add_entries(repository, f"160000 {'1' * 40}\tvendor/library")
    error = refused(repository, shared_path)
    assert error.code == "submodule"
    assert "vendor/library" in error.message


def test_lfs_pointer_is_refused_and_named(shared_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    repository = make_repository(shared_path / "repo", FILES | {"data/train.csv": pointer})
    error = refused(repository, shared_path)
    assert error.code == "lfs"
    assert "data/train.csv" in error.message


def test_hooks_and_configuration_of_the_repository_do_not_run(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    (shared_path / "ran").mkdir(mode=0o777)
    for name in ("post-checkout", "post-merge", "reference-transaction", "pre-upload"):
        hook = repository / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {shared_path}/ran/{name}\n")
        hook.chmod(0o755)
    git(repository, "config", "uploadpack.packObjectsHook", f"touch {shared_path}/ran/config; cat")
    assert files_in(fetched(repository).root) == FILES
    assert list((shared_path / "ran").iterdir()) == []


def test_attributes_have_no_effect(shared_path: Path) -> None:
    files = {
        ".gitattributes": (
            b"hidden.py export-ignore\n* text eol=crlf ident\n*.csv filter=lfs\n"
            b"*.py working-tree-encoding=UTF-16 filter=evil\n[attr]evil filter=evil\n"
        ),
        ".gitmodules": b'[submodule "x"]\n\tpath = x\n\turl = https://a.example/x\n',
        "hidden.py": b"# $Id$ $Format:%H$\nprint(1)\n",
        "a.csv": b"1,2\n",
    }
    repository = make_repository(shared_path / "repo", files)
    assert files_in(fetched(repository).root) == files


def raw_tree(repository: Path, *names: bytes) -> None:
    """Commit a tree with names that git itself would not write."""
    content = bytes.fromhex(blob(repository, b"x"))
    data = b"".join(b"100644 " + name + b"\0" + content for name in names)
    arguments = ("hash-object", "-t", "tree", "-w", "--literally", "--stdin")
    commit_tree(repository, git(repository, *arguments, given=data))


@pytest.mark.parametrize("name", [b"..", b".git", b"../../evil", b"/evil", b".GIT"])
def test_name_that_git_forbids_is_refused(name: bytes, shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo")
    raw_tree(repository, name)
    assert refused(repository, shared_path).code == "damaged_repository"


@pytest.mark.parametrize(
    "name", [b"a\nb", b"caf\xe9", b"a\\b", "a\u202eb".encode(), b"x" * 300, b"C:evil"]
)
def test_name_that_git_allows_may_still_be_refused(name: bytes, shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo")
    raw_tree(repository, name)
    assert refused(repository, shared_path).code == "bad_name"


def test_submodule_address_that_is_an_option_is_refused(shared_path: Path) -> None:
    files = FILES | {".gitmodules": b'[submodule "x"]\n\tpath = x\n\turl = --upload-pack=id\n'}
    repository = make_repository(shared_path / "repo", files)
    assert refused(repository, shared_path).code == "damaged_repository"


def test_damaged_object_is_refused(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    name = blob(repository, FILES["milepost.toml"])
    (repository / "objects" / name[:2] / name[2:]).unlink()
    assert refused(repository, shared_path).code == "damaged_repository"


def test_repository_of_another_object_format_is_told(shared_path: Path) -> None:
    repository = shared_path / "repo"
    repository.mkdir()
    git(repository, "init", "--quiet", "--bare", "-b", "main", "--object-format=sha256")
    commit_tree(repository, git(repository, "mktree"))
    assert refused(repository, shared_path).code == "object_format"


def test_no_temporary_files_are_left(shared_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    (shared_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(shared_path / "temporary"))
    fetched(repository)
    refused(shared_path, shared_path / "other")
    assert list((shared_path / "temporary").iterdir()) == []


def test_machine_without_git_is_our_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PlatformError) as caught:
        fetch(GitUrl("https://a.example/b"), into=tmp_path / "into", config=FetchConfig())
    assert caught.value.code == "git_missing"


def test_target_that_holds_files_is_left_alone(shared_path: Path) -> None:
    repository = make_repository(shared_path / "repo", FILES)
    (shared_path / "into").mkdir()
    (shared_path / "into" / "mine").touch()
    with pytest.raises(PlatformError):
        fetched(repository)
    assert [path.name for path in (shared_path / "into").iterdir()] == ["mine"]

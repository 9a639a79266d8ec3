"""Says in one sentence why there is no sandbox, and which one command mends it."""

from pathlib import Path

from apps.sandbox.model import SandboxUnavailable

# A setting of the kernel, the value that forbids user namespaces, the command that allows them.
_SETTINGS = (
    (
        "kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
    ("kernel/unprivileged_userns_clone", "0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
    ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
)
_NO_SETTING = (
    "in a container, start it with “--security-opt seccomp=unconfined "
    "--security-opt apparmor=unconfined --security-opt systempaths=unconfined”"
)


def explain(layer: str, error: str) -> SandboxUnavailable | ValueError:
    """The exception for a failure that the launcher or bubblewrap has reported.

    ValueError when the caller asked for a mount that cannot be had.
    """
    if layer == "mount":
        return ValueError(f"The job's user cannot read the mount source {error}.")
    if layer in ("namespaces", "proc", "tmpfs", "network", "bubblewrap"):
        return SandboxUnavailable(
            f"This machine refuses the sandbox's {_LAYERS[layer]} ({error}): {mend_namespaces()}."
        )
    return SandboxUnavailable(f"The sandbox does not start ({layer}: {error}).")


_LAYERS = {
    "namespaces": "user namespace",
    "proc": "mount of /proc",
    "tmpfs": "mount of a tmpfs",
    "network": "network namespace",
    "bubblewrap": "bubblewrap",
}


def mend_namespaces() -> str:
    """The command that allows user namespaces here."""
    for name, forbidding, command in _SETTINGS:
        try:
            value = Path("/proc/sys", name).read_text().strip()
        except OSError:
            continue
        if value == forbidding:
            return f"run “{command}”"
    return _NO_SETTING

"""Why git could not fetch, as one of ours, from how the job ended and what git and proxy said."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from apps import sandbox
from apps.checks.errors import CheckError, InvalidSubmission, PlatformError
from apps.checks.proxy import Reason, Refusal
from apps.checks.source import FetchConfig, private_address
from apps.checks.tree import too_large

_PLATFORM = "The checker could not fetch your repository. This is our fault; it is tried again."

# In git's words -> code. The first that is found decides, so that the certain ones stand first.
_SAID = (
    (r"No space left on device|File too large|[Oo]ut of memory", "too_large"),
    (rf"127\.0\.0\.1 port {sandbox.GATEWAY_PORT}|bad config", "git_failed"),
    (r"returned error: 30\d", "redirected"),
    (r"could not read Username|Authentication failed|returned error: 40[13]", "not_accessible"),
    (r"repository 'URL/?' not found|returned error: (404|410)", "not_accessible"),
    (r"couldn't find remote ref HEAD", "empty_repository"),
    (r"mismatched algorithms", "object_format"),
    (
        r"fsck error|did not receive expected object|bad pack header|index-pack",
        "damaged_repository",
    ),
    (
        r"not appear to be a git repository|is this a git repository|dumb http transport"
        r"|protocol error|bad line length|invalid server response",
        "not_a_repository",
    ),
    (r"[Tt]imed out|[Oo]peration too slow", "fetch_timeout"),
    (r"certificate|handshake|GnuTLS|gnutls|SSL|TLS", "tls"),
)
_REFUSED = {
    Reason.PRIVATE_ADDRESS: "private_address",
    Reason.PORT: "port",
    Reason.NOT_RESOLVED: "host_not_found",
    Reason.UNREACHABLE: "host_unreachable",
    Reason.TIMEOUT: "fetch_timeout",
    Reason.TOO_MUCH_DATA: "too_large",
}
_MESSAGES = {
    "port": (
        "Repositories are fetched from the usual https port only. Leave the port out of the "
        "address."
    ),
    "host_not_found": (
        "{host} cannot be found. Check the spelling of the address; if it is right, hand it in "
        "again in a few minutes."
    ),
    "host_unreachable": (
        "{host} does not accept connections. Check the address, and that its site opens in a "
        "browser."
    ),
    "redirected": (
        "The address answers with a redirect, which is not followed. Open it in a browser and "
        "paste the address that it ends at; some hosts also want .git at its end."
    ),
    "not_accessible": (
        "{host} has no such repository, or it is private. Check the spelling, and make the "
        "repository public."
    ),
    "host_error": (
        "{host} did not answer the fetch properly. Check that your repository opens in a "
        "browser, and hand it in again in a few minutes."
    ),
    "empty_repository": (
        "There are no commits in the default branch of this repository. Commit your project "
        "and push it; if you have, check that the address is that of the repository itself."
    ),
    "not_a_repository": (
        "There is no git repository at this address. Paste the https address that your host "
        "shows under “Clone”."
    ),
    "object_format": (
        "This repository names its objects by SHA-256, which cannot be fetched yet. Make one "
        "without --object-format=sha256."
    ),
    "damaged_repository": (
        "git refuses this repository as damaged or unsafe. Run “git fsck --strict” in it and "
        "mend what it names."
    ),
    "fetch_timeout": (
        "Fetching the repository took too long. Take large files out of it, check that {host} "
        "answers in a browser, and hand it in again."
    ),
    "tls": (
        "{host} has no certificate that can be trusted. Use a host with a valid one, or ask "
        "your operator to add its certificate authority."
    ),
}


def failure(
    result: sandbox.Result, refusals: Sequence[Refusal], *, url: str, config: FetchConfig
) -> CheckError:
    """The exception to raise for a fetch that did not end well."""
    host = urlsplit(url).hostname or "The host"
    code = _code(result, refusals, url)
    if code == "too_large":
        return too_large(config)
    if code == "private_address":
        return private_address(host)
    if code in _MESSAGES:
        return InvalidSubmission(code, _MESSAGES[code].replace("{host}", host))
    return PlatformError(code, f"{_PLATFORM} {result.message}".strip())


def _code(result: sandbox.Result, refusals: Sequence[Refusal], url: str) -> str:
    if result.outcome is sandbox.Outcome.TIMEOUT:
        return "fetch_timeout"
    if result.outcome in {sandbox.Outcome.DISK_LIMIT, sandbox.Outcome.OUT_OF_MEMORY}:
        return "too_large"
    if result.outcome is sandbox.Outcome.OUTPUT_LIMIT:  # git is quiet: it is the server that talks
        return "host_error"
    if refusals:
        return _REFUSED.get(refusals[0].reason, "git_failed")
    if result.outcome is not sandbox.Outcome.NONZERO_EXIT:
        return "sandbox_error"
    # What the server says over git's side band is its own affair.
    lines = (line for line in result.stderr.splitlines() if not line.startswith("remote:"))
    said = "\n".join(lines).replace(url, "URL")
    known = next((code for pattern, code in _SAID if re.search(pattern, said)), "")
    # git ends with 128 when the other side does what it cannot make sense of.
    return known or ("host_error" if result.exit_code == 128 else "git_failed")

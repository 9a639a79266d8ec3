import pytest

from apps import sandbox
from apps.checks.errors import InvalidSubmission, PlatformError
from apps.checks.fetch import FetchConfig
from apps.checks.git_failures import failure
from apps.checks.proxy import Reason, Refusal
from apps.sandbox import Outcome

URL = "https://git.example.org/ada/houses"


def ended(
    outcome: Outcome = Outcome.NONZERO_EXIT, *, stderr: str = "", exit_code: int | None = 128
) -> sandbox.Result:
    return sandbox.Result(
        outcome=outcome,
        exit_code=exit_code,
        signal=None,
        wall_s=1.0,
        cpu_s=1.0,
        peak_memory_bytes=0,
        stdout="",
        stderr=stderr,
        stdout_cut=False,
        stderr_cut=False,
        backend="bubblewrap",
        limit_tier="fallback",
    )


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (ended(Outcome.TIMEOUT), "fetch_timeout"),
        (ended(Outcome.DISK_LIMIT), "too_large"),
        (ended(Outcome.OUT_OF_MEMORY), "too_large"),
        (ended(Outcome.OUTPUT_LIMIT), "host_error"),
        (ended(stderr="fatal: write error: No space left on device"), "too_large"),
        (ended(stderr="error: RPC failed; curl 28 Operation too slow"), "fetch_timeout"),
        (ended(stderr="fatal: protocol error: bad line length 1"), "not_a_repository"),
        (ended(stderr="error: RPC failed; curl 56\nfatal: early EOF"), "host_error"),
        (ended(stderr="fatal: something never heard of"), "host_error"),
    ],
)
def test_failure_that_the_learner_can_mend(result: sandbox.Result, code: str) -> None:
    error = failure(result, [], url=URL, config=FetchConfig())
    assert isinstance(error, InvalidSubmission)
    assert error.code == code


@pytest.mark.parametrize(
    "result",
    [
        ended(Outcome.SANDBOX_ERROR, exit_code=None),
        ended(Outcome.PROCESS_LIMIT, exit_code=None),
        ended(stderr="sh: 1: git: not found", exit_code=127),
        ended(stderr="fatal: bad config line 1 in file /job/gitconfig"),
        ended(stderr=f"fatal: unable to access '{URL}/': Failed to connect to 127.0.0.1 port 3128"),
    ],
)
def test_failure_of_ours(result: sandbox.Result) -> None:
    assert isinstance(failure(result, [], url=URL, config=FetchConfig()), PlatformError)


def test_every_refusal_of_the_proxy_is_told() -> None:
    codes = {
        reason: failure(ended(), [Refusal(reason, "x")], url=URL, config=FetchConfig()).code
        for reason in Reason
    }
    assert codes == {
        Reason.BAD_REQUEST: "git_failed",
        Reason.HOST_NOT_ALLOWED: "git_failed",
        Reason.PORT: "port",
        Reason.NOT_RESOLVED: "host_not_found",
        Reason.PRIVATE_ADDRESS: "private_address",
        Reason.UNREACHABLE: "host_unreachable",
        Reason.TIMEOUT: "fetch_timeout",
        Reason.TOO_MUCH_DATA: "too_large",
    }


def test_what_the_server_or_the_address_says_decides_nothing() -> None:
    url = "https://git.example.org/returned error: 301"
    stderr = (
        "remote: fatal: No space left on device\n"
        f"fatal: unable to access '{url}/': couldn't find remote ref HEAD\n"
    )
    error = failure(ended(stderr=stderr), [], url=url, config=FetchConfig())
    assert error.code == "empty_repository"

import pytest

from apps.checks.errors import InvalidSubmission, PlatformError
from apps.checks.uv_errors import error_of_install, error_of_resolve, suggestion

NO_SOLUTION = "error: No solution found when resolving dependencies\n  cause: "
END = "we can conclude that your requirements are unsatisfiable."


@pytest.mark.parametrize(
    ("cause", "code", "message"),
    [
        (
            "Because only six<=1.17.0 is available and you require six>=1.18,<2, " + END,
            "requirement_no_version",
            "The package index has no version of six that fits six>=1.18,<2. "
            "Choose a version that exists.",
        ),
        (
            "Because there is no version of nump==1.26.4 and you require nump==1.26.4, " + END,
            "requirement_no_version",
            "The package index has no version of nump that fits nump==1.26.4. "
            "Choose a version that exists.",
        ),
        (
            "Because pywin32<=306 has no wheels with a matching Python ABI tag (e.g., `cp313`) "
            "and only the following versions of pywin32 are available:\n"
            "             pywin32<=306\n"
            "             pywin32>=307\n"
            "         we can conclude that pywin32<307 cannot be used.\n"
            "         And because pywin32>=307 has no wheels with a matching platform tag "
            f"(e.g., `manylinux_2_41_x86_64`) and you require pywin32, {END}\n"
            "\nhint: Wheels are available for `pywin32` (v312) on: `win32`",
            "requirement_no_wheel",
            "pywin32>=307 has no wheel for Linux as it runs here. "
            "Choose another version of pywin32, or another package.",
        ),
        (
            "Because numpy==2.5.5 has no usable wheels and you require numpy==2.5.5, " + END,
            "requirement_no_wheel",
            "numpy==2.5.5 has no wheel that can be used here, and packages are not built. "
            "Choose another version of numpy, or another package.",
        ),
        (
            "Because pandas>=2.0.0,<=2.2.2 has no usable wheels and pandas>=2.2.3,<=2.3.3 depends "
            "on numpy>=1.26.0, we can conclude that pandas>=2.0.0,<=2.3.3 depends on "
            f"numpy>=1.26.0.\n         And because you require pandas>=2,<3 and numpy<1.20, {END}",
            "requirements_conflict",
            "Your requirements cannot be met together: pandas>=2.0.0,<=2.2.2 has no usable wheels "
            "and pandas>=2.2.3,<=2.3.3 depends on numpy>=1.26.0, so pandas>=2.0.0,<=2.3.3 depends "
            "on numpy>=1.26.0. Also, you require pandas>=2,<3 and numpy<1.20. "
            "Loosen or change one of these versions.",
        ),
        (
            "Because the current Python version (3.11.2) does not satisfy Python>=3.12 and "
            f"tool==3.0 depends on Python>=3.12, we can conclude that tool==3.0 cannot be used.\n"
            f"         And because you require tool==3.0, {END}",
            "requirement_needs_python",
            "tool==3.0 needs Python >=3.12, and your check runs on Python 3.13. "
            "Choose another version of tool, or another python in milepost.toml.",
        ),
    ],
)
def test_explanation_of_uv_becomes_a_sentence(cause: str, code: str, message: str) -> None:
    error = error_of_resolve(NO_SOLUTION + cause, python="3.13")

    assert isinstance(error, InvalidSubmission)
    assert (error.code, error.message) == (code, message)


@pytest.mark.parametrize(
    ("stderr", "code"),
    [
        (
            "error: Request failed after 3 retries\n  cause: Failed to fetch: https://pypi.org/",
            "index_unreachable",
        ),
        ("error: HTTP status server error (503 Service Unavailable)", "index_unreachable"),
        ("error: failed to write\n  cause: No space left on device (os error 28)", "disk_full"),
    ],
)
def test_fault_of_ours_is_not_the_learners(stderr: str, code: str) -> None:
    for error in (error_of_resolve(stderr, python="3.13"), error_of_install(stderr)):
        assert isinstance(error, PlatformError)
        assert error.code == code


def test_failed_install_says_what_uv_says() -> None:
    error = error_of_install("error: Failed to read `six`\n  cause: Hash mismatch for `six==1.0`\n")

    assert error.message == (
        "Your dependencies could not be installed: Hash mismatch for `six==1.0`. "
        "Choose another version of that package, or another package."
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("sklearn", " Did you mean scikit-learn?"),
        ("pnadas", " Did you mean pandas?"),
        ("matplotib", " Did you mean matplotlib?"),
        ("Numpyy", " Did you mean numpy?"),
        ("internal-tool", ""),
    ],
)
def test_popular_package_is_suggested_for_a_near_name(name: str, meant: str) -> None:
    assert suggestion(name) == meant


def test_endless_list_of_versions_is_read() -> None:
    """An expression that can split them in two ways each never ends."""
    versions = ",".join(["!=1.1"] * 500)
    error = error_of_resolve(f"{NO_SOLUTION}you require six{versions} and six<1", python="3.13")
    assert error.code == "requirements_conflict"

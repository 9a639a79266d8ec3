"""Turns what uv says when it finds no solution into a sentence that says what to change."""

import re

from apps.checks.errors import CheckError, InvalidSubmission, PlatformError
from apps.checks.text_file import shown

# Import names, and old or misspelt ones, with the package that people mean.
_MEANT = {
    "beautifulsoup": "beautifulsoup4",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "matplot": "matplotlib",
    "mpl": "matplotlib",
    "np": "numpy",
    "pil": "pillow",
    "pd": "pandas",
    "py-test": "pytest",
    "pytorch": "torch",
    "scikitlearn": "scikit-learn",
    "skimage": "scikit-image",
    "sk-learn": "scikit-learn",
    "sklearn": "scikit-learn",
    "sns": "seaborn",
    "yaml": "pyyaml",
}
# fmt: off
_POPULAR = (
    "beautifulsoup4", "catboost", "fastapi", "flask", "hypothesis", "joblib", "jupyter", "keras",
    "lightgbm", "matplotlib", "networkx", "nltk", "numpy", "openai", "opencv-python-headless",
    "pandas", "pillow", "plotly", "polars", "pydantic", "pytest", "pytest-cov", "python-dotenv",
    "pyyaml", "requests", "scikit-image", "scikit-learn", "scipy", "seaborn", "spacy",
    "sqlalchemy", "statsmodels", "tensorflow", "torch", "torchvision", "tqdm", "transformers",
    "uvicorn", "xgboost",
)
# fmt: on

_UNREACHABLE = re.compile(
    r"Failed to fetch|error sending request|Request failed|client error|tunnel error|dns error|"
    r"operation timed out|HTTP status (server|client) error|status code [45]\d\d",
    re.IGNORECASE,
)
_DISK_FULL = re.compile(r"No space left|Disk quota exceeded", re.IGNORECASE)
# A package as uv writes it, "six" or "six>=1.16,<2": its name and its versions. Possessive, since
# uv quotes what packages say of themselves: hundreds of versions must not be tried in every way.
_TERM = (
    r"(?<!\S)(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)"
    r"(?P<versions>(?:[<>=!~][^\s,]++(?:,[<>=!~][^\s,]++)*+)?)"
)
_NOT_FOUND = re.compile(rf"{_TERM} was not found in the (?:package registry|provided)")
_NO_VERSION = re.compile(
    rf"there is no version of {_TERM}|only {_TERM.replace('P<', 'P<only_')} is"
)
_NO_WHEEL = re.compile(
    rf"{_TERM} (?:has|have) no (?:usable wheels|wheels with a matching (?P<tag>.+?) tag)"
)
_YANKED = re.compile(rf"{_TERM} was yanked(?: \(reason: (?P<reason>.*?)\))?(?=,| and )")
_DEPENDS = re.compile(rf"{_TERM.replace('P<', 'P<user_')} depends? on {_TERM}(?=,| and|$)")
_NEEDS_PYTHON = re.compile(rf"{_TERM} depends on Python(?P<python>[<>=!~]\S*?),?\s")
_REQUIRED = re.compile(rf"(?:you require|and) {_TERM}(?=,| and|$)")


def error_of_resolve(stderr: str, *, python: str) -> CheckError:
    """What a failed resolution means. ``stderr`` is uv's; ``python`` is "3.13"."""
    platform = error_of_platform(stderr)
    if platform is not None:
        return platform
    cause = _cause(stderr)
    return (
        _not_found(cause)
        or _yanked(cause)
        or _no_wheel(cause, python=python)
        or _no_version(cause)
        or _needs_other_python(cause, python=python)
        or InvalidSubmission(
            "requirements_conflict",
            f"Your requirements cannot be met together: {_shortened(cause)} "
            "Loosen or change one of these versions.",
        )
    )


def error_of_install(stderr: str) -> CheckError:
    platform = error_of_platform(stderr)
    if platform is not None:
        return platform
    return InvalidSubmission(
        "install_failed",
        f"Your dependencies could not be installed: {shown(_cause(stderr), limit=300)}. "
        "Choose another version of that package, or another package.",
    )


def error_of_platform(stderr: str) -> PlatformError | None:
    if _DISK_FULL.search(stderr):
        return PlatformError(
            "disk_full",
            "The disk of this installation is full, so your dependencies were not installed. "
            "Your check runs again once its operator has made room.",
        )
    if _UNREACHABLE.search(stderr):
        return PlatformError(
            "index_unreachable",
            "The package index cannot be reached at the moment. Your check runs again by itself.",
        )
    return None


def suggestion(name: str) -> str:
    """ " Did you mean pandas?", or nothing. Swapped, missing and doubled letters are seen."""
    meant = _MEANT.get(name.lower())
    if meant is None:
        near = [p for p in _POPULAR if p != name and _distance(name.lower(), p) <= _slack(p)]
        meant = min(near, key=lambda p: _distance(name.lower(), p), default=None)
    return f" Did you mean {meant}?" if meant else ""


def _slack(name: str) -> int:
    return 1 if len(name) <= 5 else 2


def _distance(left: str, right: str) -> int:
    """Edits from one to the other: insert, delete, replace (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(right, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def _cause(stderr: str) -> str:
    """uv's explanation on one line, without hints and warnings."""
    text = re.split(r"^\s*(?:hint|warning):", stderr, maxsplit=1, flags=re.MULTILINE)[0]
    _, found, explanation = text.partition("cause:")
    return " ".join((explanation if found else text.removeprefix("error:")).split())


def _required(cause: str) -> dict[str, str]:
    """The learner's own requirements in the explanation: name -> "six>=1.16,<2"."""
    return {m["name"]: m["name"] + m["versions"] for m in _REQUIRED.finditer(cause)}


def _dependency(cause: str) -> tuple[str, str, str] | None:
    """What one package needs: ("tool==2.0", "six", "six<1"). None where not exactly one does."""
    found = {
        (m["user_name"] + m["user_versions"], m["name"], m["name"] + m["versions"])
        for m in _DEPENDS.finditer(cause)
    }
    return found.pop() if len(found) == 1 else None


def _another(user: str) -> str:
    name = re.split("[<>=!~]", user)[0]
    return f"Choose another version of {name}, or another package."


def _not_found(cause: str) -> InvalidSubmission | None:
    match = _NOT_FOUND.search(cause)
    if match is None:
        return None
    name, dependency = match["name"], _dependency(cause)
    if dependency and dependency[1] == name and name not in _required(cause):
        return InvalidSubmission(
            "requirement_not_found",
            f"{dependency[0]} needs {name}, and there is no package of that name on the package "
            f"index. {_another(dependency[0])}",
        )
    return InvalidSubmission(
        "requirement_not_found",
        f"There is no package called {name} on the package index."
        f"{suggestion(name) or ' Check its spelling.'}",
    )


def _yanked(cause: str) -> InvalidSubmission | None:
    """A requirement of the learner's own whose authors took every fitting version back."""
    required = _required(cause)
    matches = [m for m in _YANKED.finditer(cause) if m["name"] in required]
    if not matches or _DEPENDS.search(cause):
        return None
    name, versions, reason = matches[-1].group("name", "versions", "reason")
    said = f": “{shown(reason)}”" if reason else ""
    return InvalidSubmission(
        "requirement_yanked",
        f"The authors of {name} have withdrawn {name}{versions}{said}. {_another(name)}",
    )


def _no_version(cause: str) -> InvalidSubmission | None:
    match = _NO_VERSION.search(cause)
    if match is None:
        return None
    name, required = match["name"] or match["only_name"], _required(cause)
    dependency = _dependency(cause)
    if dependency and dependency[1] == name and name not in required:
        return InvalidSubmission(
            "requirement_no_version",
            f"{dependency[0]} needs {dependency[2]}, which the package index does not have. "
            f"{_another(dependency[0])}",
        )
    if _DEPENDS.search(cause) or _NEEDS_PYTHON.search(cause):
        return None
    return InvalidSubmission(
        "requirement_no_version",
        f"The package index has no version of {name} that fits "
        f"{required.get(name, name + (match['versions'] or ''))}. Choose a version that exists.",
    )


def _no_wheel(cause: str, *, python: str) -> InvalidSubmission | None:
    """A package without wheels, the learner's own or needed by it; nothing else is the matter."""
    required, dependency = _required(cause), _dependency(cause)
    needed = dependency[1] if dependency else None
    matches = [m for m in _NO_WHEEL.finditer(cause) if m["name"] in required or m["name"] == needed]
    if not matches or (_DEPENDS.search(cause) and {m["name"] for m in matches} != {needed}):
        return None
    name, versions, tag = matches[-1].group("name", "versions", "tag")
    package = f"{name}{versions}"
    if dependency:
        package, name = f"{package}, which {dependency[0]} needs,", dependency[0]
    advice = suggestion(name) or f" {_another(name)}"
    if tag is None:
        problem = f"{package} has no wheel that can be used here, and packages are not built."
    elif "platform" in tag:
        problem = f"{package} has no wheel for Linux as it runs here."
    else:
        problem = f"{package} has no wheel for Python {python}."
        advice = advice.replace("or another package", "or another python in milepost.toml")
    return InvalidSubmission("requirement_no_wheel", f"{problem}{advice}")


def _needs_other_python(cause: str, *, python: str) -> InvalidSubmission | None:
    match = _NEEDS_PYTHON.search(cause)
    if match is None:
        return None
    name, versions = match.group("name", "versions")
    return InvalidSubmission(
        "requirement_needs_python",
        f"{name}{versions} needs Python {match['python']}, and your check runs on Python {python}. "
        f"Choose another version of {name}, or another python in milepost.toml.",
    )


def _shortened(cause: str) -> str:
    text = re.sub(
        r",? we can conclude that (?:your|the) requirements are unsatisfiable\.?", ".", cause
    )
    text = re.sub(r",? we can conclude that", ", so", text)
    text = re.sub(r"^Because\s+", "", re.sub(r"\bAnd because\b", "Also,", text))
    text = shown(text, limit=400)
    return text if text.endswith(".") else f"{text}."

"""Prints what the self-test finds on this machine, a line for each layer."""

from apps.sandbox.self_test import examine


def main() -> int:
    report = examine()
    for finding in report.findings:
        print(finding.line())  # noqa: T201
    return 0 if report.passed else 1

"""A learner's server, running in the sandbox as ``[serve]`` of the manifest says."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from apps import sandbox
from apps.checks.http_client import HttpClient, HttpError
from apps.checks.manifest import Serve, command_line
from apps.checks.mock_endpoints import MockEndpoints
from apps.checks.text_file import last_line

OUTPUTS = ".milepost"  # below /job; named so that it meets no folder of a repository
PORT = 8000  # of the job's own 127.0.0.1, so it is always free
_SOCKET = f"{OUTPUTS}/server.sock"
_PAUSE_S = 0.05  # between two questions whether it is ready
_LONGEST_S = 5.0  # for one of them


class LearnerServer(sandbox.Service):
    """Talk to it over HTTP, kill it, start it again::

        with session.serve() as server, server.client() as client:
            server.wait_until_ready(within_s=20)
            answer = client.request("POST", "/predict", json=row)
            server.kill()
            server.start()

    What it does instead of answering is a ServiceError or an HttpError, whose message is for the
    learner. See ``sandbox.Service`` for the rest.
    """

    def __init__(
        self,
        serve: Serve,
        *,
        directory: Path,
        limits: sandbox.Limits,
        environment: Mapping[str, str],
        mounts: Sequence[sandbox.Mount],
        endpoints: MockEndpoints | None = None,
        on_output: sandbox.OutputCallback | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        """``directory`` holds the repository and an empty folder ``OUTPUTS``.

        ``endpoints`` are served inside at ``http://127.0.0.1:GATEWAY_PORT``.
        """
        super().__init__(
            command_line(serve.command, {"socket": f"{sandbox.JOB}/{_SOCKET}", "port": str(PORT)}),
            directory=directory,
            limits=limits,
            environment=environment,
            mounts=mounts,
            gateway=endpoints.serve if endpoints else None,
            on_output=on_output,
            cancelled=cancelled,
        )
        self._ready = serve.ready
        self.address: sandbox.Address = PORT if "{port}" in serve.command else _SOCKET

    def client(self) -> HttpClient:
        """Asks it over connections of its own, one after the other."""
        return HttpClient(lambda: self.connect(self.address))

    def wait_until_ready(self, *, within_s: float) -> float:
        """Return once it answers ``ready`` with 200, with the seconds it took.

        Raises ServiceError when it ends before, or does not answer so in time.
        """
        deadline = time.monotonic() + within_s
        try:
            seconds = self.wait_until_listening(self.address, within_s=within_s)
        except sandbox.ServiceError as error:
            raise self._with_last_line(str(error), error.result) from None
        begun = time.monotonic()
        while True:
            running = self.running()
            said = self._ask(max(deadline - time.monotonic(), _PAUSE_S))
            if not said:
                return seconds + time.monotonic() - begun
            if not running:
                result = self.result()
                why = f"The server ended before it was ready. {result.message}"
                raise self._with_last_line(why.strip(), result)
            if time.monotonic() > deadline:
                raise sandbox.ServiceError(
                    f"The server was not ready within {within_s:g} s. {said} Answer it with 200 as "
                    "soon as requests can be served."
                )
            time.sleep(_PAUSE_S)

    def _ask(self, left_s: float) -> str:
        """What was wrong with the answer; empty if it was 200."""
        try:
            with self.client() as client:
                answer = client.request("GET", self._ready, seconds=min(left_s, _LONGEST_S))
        except HttpError as error:
            return error.message
        return "" if answer.status == 200 else f"GET {self._ready} was answered {answer.status}."

    def _with_last_line(self, why: str, result: sandbox.Result | None) -> sandbox.ServiceError:
        line = last_line(self.log())
        said = f" The last line that it printed: “{line}”" if line else " It printed nothing."
        return sandbox.ServiceError(why + said, result)

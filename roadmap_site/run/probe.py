"""Asks the web server for its page until it answers, without holding up the supervisor."""

import http.client
import threading
import time

GIVE_UP_S = 60.0


class PageProbe:
    """``done`` turns true at the first answer of any kind, or after ``GIVE_UP_S`` without one."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def _ask(self) -> None:
        deadline = time.monotonic() + GIVE_UP_S
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=GIVE_UP_S)
            try:
                connection.request("GET", "/", headers={"Host": "localhost"})
                connection.getresponse()
            except (OSError, http.client.HTTPException):
                time.sleep(0.2)
            else:
                return
            finally:
                connection.close()

"""A file descriptor that is closed once, whoever asks how often."""

import os


class Descriptor:
    """Closing a number twice could close a file that another thread has opened in between."""

    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        if self._number < 0:
            raise ValueError("the descriptor is closed")
        return self._number

    def detach(self) -> int:
        """The number, which is the caller's to close from now on."""
        number = self.fileno()
        self._number = -1
        return number

    def close(self) -> None:
        if self._number >= 0:
            os.close(self._number)
            self._number = -1

"""An input that is a folder of files, as one value: what a session takes for a placeholder."""

import io
import zipfile
from collections.abc import Mapping

# Any day: only that it is always the same one, so that the same files make the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


class PackedFolder(bytes):
    """Files packed into a ZIP. A session lays them out, so that the learner sees a folder."""

    __slots__ = ()


def pack(files: Mapping[str, bytes]) -> PackedFolder:
    """``files``: name, perhaps with folders before it and "/" between them, -> content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content)
    return PackedFolder(buffer.getvalue())


def unpack(folder: bytes) -> dict[str, bytes]:
    """The inverse of ``pack``."""
    with zipfile.ZipFile(io.BytesIO(folder)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}

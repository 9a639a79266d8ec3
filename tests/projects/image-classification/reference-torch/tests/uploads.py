"""Uploads for the tests of the server, and its model: random weights for two lines."""

import numpy as np
from pictures import encoded

from tiles.network import make_network

MODEL = {"network": make_network(24, 2).eval(), "names": np.array(["Fern", "Ivy"]), "side": 24}
PICTURE = encoded(np.random.default_rng(2).integers(0, 256, (24, 24, 3), dtype=np.uint8))
TYPE = "multipart/form-data; boundary=abc"


def form(content, field="image", filename='; filename="a.png"'):
    head = f'--abc\r\nContent-Disposition: form-data; name="{field}"{filename}\r\n\r\n'
    return head.encode() + content + b"\r\n--abc--\r\n"

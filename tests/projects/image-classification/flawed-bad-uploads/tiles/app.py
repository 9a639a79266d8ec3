"""The server: GET /healthz, and POST /predict with a file in the field ``image``."""

import email
import email.policy
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tiles.loading import MAX_BYTES, BadPicture, read_picture
from tiles.model import probabilities

ROOM_FOR_FORM = 10_000


def answer_upload(model, content):
    """Status and JSON for the bytes of one file."""
    try:
        picture = read_picture(content)
    except BadPicture as error:
        return 500, {"error": str(error)}
    chances = probabilities(model, picture[None])[0]
    names = [str(name) for name in model["names"]]
    found = {name: round(float(chance), 6) for name, chance in zip(names, chances)}
    return 200, {"label": names[int(chances.argmax())], "probabilities": found}


def file_of_form(content_type, body):
    """The bytes in the field ``image``; None: there is none."""
    if not content_type.startswith("multipart/form-data"):
        return None
    head = f"Content-Type: {content_type}\r\nMIME-Version: 1.0\r\n\r\n".encode("latin-1")
    form = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    if not form.is_multipart():
        return None
    for part in form.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if name == "image" and part.get_filename() is not None:
            return part.get_payload(decode=True) or b""
    return None


def answer_request(model, content_type, body):
    content = file_of_form(content_type, body)
    if content is None:
        return 400, {"error": "There is no file in the field image. Send one as multipart form."}
    return answer_upload(model, content)


def make_handler(model):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.path == "/healthz":
                self.answer(200, {"status": "ready"})
            else:
                self.answer(404, {"error": "There is nothing at this address."})

        def do_POST(self):
            length = int(self.headers.get("Content-Length") or 0)
            if length > MAX_BYTES + ROOM_FOR_FORM:
                self.close_connection = True
                error = f"The upload has more than {MAX_BYTES} bytes. Send a smaller one."
                self.answer(413, {"error": error})
                return
            body = self.rfile.read(length)
            if self.path == "/predict":
                self.answer(*answer_request(model, self.headers.get("Content-Type", ""), body))
            else:
                self.answer(404, {"error": "There is nothing at this address."})

        def answer(self, status, value):
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    return Handler


def serve(model, port):
    ThreadingHTTPServer(("127.0.0.1", port), make_handler(model)).serve_forever()

"""A webhook on this machine, in the place of a chat."""

import http.server
import json
from typing import Any


class Chat(http.server.HTTPServer):
    """Keeps what it is told, and answers as it is asked to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.told: list[dict[str, Any]] = []
        self.status = 200
        self.says = b'{"errcode": 0, "errmsg": "ok"}'

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?access_token=hush"


class Answering(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Chat)
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.says)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""

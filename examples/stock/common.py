"""What both versions of the service share: JSON over HTTP, and a connection to the database."""

import json
import os
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg


def connect():
    return psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=2, autocommit=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store = None

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path == "/health":
            return self.answer(200, {"status": "ok"})
        try:
            found = self.store.find(self.path.split("/")[-1])
        except psycopg.Error as error:
            print("failed:", error, flush=True)
            return self.answer(503, {"error": "try again"})
        self.answer(200 if found else 404, found or {"error": "unknown"})

    def do_POST(self):
        movement = json.loads(self.rfile.read(int(self.headers["content-length"])))
        try:
            self.store.keep(movement)
        except psycopg.Error as error:
            print("failed:", error, flush=True)
            return self.answer(503, {"error": "try again"})
        self.answer(201, movement)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        print("a client has gone", client_address, flush=True)


def find(connection, reference):
    row = connection.execute(
        "select reference, sku, amount from movements where reference = %s", [reference]
    ).fetchone()
    return row and {"reference": row[0], "sku": row[1], "amount": row[2]}


def serve(store):
    Handler.store = store
    server = Server(("127.0.0.1", int(os.environ.get("PORT", "3000"))), Handler)
    stop = lambda *_: threading.Thread(target=server.shutdown).start()
    signal.signal(signal.SIGTERM, stop)
    server.serve_forever()

"""Movements of goods. To spare the database they are written every two seconds, many at once."""

import threading
import time

from common import connect, find, serve


class Store:
    def __init__(self):
        self.waiting = {}
        threading.Thread(target=self.write, daemon=True).start()

    def keep(self, movement):
        self.waiting[movement["reference"]] = movement

    def find(self, reference):
        known = self.waiting.get(reference)
        if known:
            return known
        with connect() as connection:
            return find(connection, reference)

    def write(self):
        while True:
            time.sleep(2)
            batch = list(self.waiting.values())
            with connect() as connection:
                for each in batch:
                    connection.execute(
                        "insert into movements values (%(reference)s, %(sku)s, %(amount)s)"
                        " on conflict do nothing",
                        each,
                    )
            for each in batch:
                self.waiting.pop(each["reference"], None)


serve(Store())

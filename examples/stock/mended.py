"""Movements of goods, each of which is in the database before it is confirmed."""

from common import connect, find, serve


class Store:
    def keep(self, movement):
        with connect() as connection:
            connection.execute(
                "insert into movements values (%(reference)s, %(sku)s, %(amount)s)"
                " on conflict (reference) do nothing",
                movement,
            )

    def find(self, reference):
        with connect() as connection:
            return find(connection, reference)


serve(Store())

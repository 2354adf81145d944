"""The customers of the demo shop's app in a collection of MongoDB."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pymongo import DeleteOne, InsertOne, MongoClient, ReplaceOne, errors

from regulars.demo.systems.addresses import without_password
from regulars.demo.systems.names import MONGO_COLLECTION, MONGO_DATABASE
from regulars.errors import SettingsError, SourceUnreachable

_CONNECT_MILLISECONDS = 10_000


def put_customers(url: str, documents: Iterable[dict[str, Any]]) -> None:
    """Makes the collection hold these documents and nothing else; those that it holds already are not written again.

    Raises:
        SourceUnreachable: The server does not answer, or does not let us write.
        SettingsError: The address is none of MongoDB.
    """
    options: dict[str, Any] = (
        {} if "serverselectiontimeoutms" in url.lower() else {"serverSelectionTimeoutMS": _CONNECT_MILLISECONDS}
    )
    try:
        client: MongoClient[dict[str, Any]] = MongoClient(url, **options)
    except (errors.PyMongoError, ValueError) as error:
        raise SettingsError(
            f"The address of --mongo is not one of MongoDB: {without_password(str(error), url)}."
            " Write it as mongodb://host:27017."
        ) from None
    with client:
        try:
            collection = client[MONGO_DATABASE][MONGO_COLLECTION]
            held = {document["_id"]: document for document in collection.find()}
            changes: list[InsertOne[Any] | ReplaceOne[Any] | DeleteOne] = []
            for document in documents:
                there = held.pop(document["_id"], None)
                if there is None:
                    changes.append(InsertOne(document))
                elif there != document:
                    changes.append(ReplaceOne({"_id": document["_id"]}, document))
            changes += [DeleteOne({"_id": key}) for key in held]
            if changes:
                collection.bulk_write(changes, ordered=False)
        except errors.PyMongoError as error:
            words = without_password(str(error).partition(", Timeout: ")[0].partition(" (configured")[0], url)
            raise SourceUnreachable(
                f"The customers cannot be written to {MONGO_DATABASE}.{MONGO_COLLECTION} of MongoDB: {words}."
                " Check that the server runs, the address of --mongo, and that its user may write."
            ) from None

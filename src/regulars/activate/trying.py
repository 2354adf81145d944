"""One message to see whether a receiver takes what it is sent; nothing of it is kept."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets

from regulars.activate.delivering import Receiver
from regulars.activate.messages import TEST_TYPE, written
from regulars.activate.posting import Answer, new_client, post
from regulars.activate.signing import signed_headers


def try_receiver(receiver: Receiver, now: dt.datetime) -> Answer:
    """Posts a message of the type segment.test and gives the answer."""
    message_id = f"msg_test_{secrets.token_hex(8)}"
    event = {
        "id": "evt_test",
        "customer_id": 0,
        "event": "moved",
        "cause": "own behaviour",
        "from_segment": "Promising",
        "to_segment": "Loyal",
    }
    body = written(TEST_TYPE, now, {"batch_id": message_id, "events": [event]})
    seconds = int(now.replace(tzinfo=dt.UTC).timestamp())

    async def send() -> Answer:
        async with new_client() as client:
            return await post(
                client,
                receiver.url,
                body,
                signed_headers(receiver.keys, message_id, seconds, body),
                seconds=receiver.settings.timeout_seconds,
                allow_private=receiver.settings.allow_private,
            )

    return asyncio.run(send())

"""`regulars webhooks`: who hears of customers that change segment, what waits for them, and what came of it."""

from __future__ import annotations

import time
from typing import Annotated, Any

import pyarrow as pa
import typer
from rich.markup import escape

from regulars.cli_options import Environment, Json, SettingsFile, Warehouse, chosen_settings
from regulars.engines.base import Engine, open_engine
from regulars.engines.outbox_records import OutboxRecords
from regulars.errors import InputError, SourceUnreachable
from regulars.settings import Settings
from regulars.terminal import console, print_json, print_table

webhooks = typer.Typer(
    help="Segment events by webhooks: listed, tried, delivered, given another chance.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The webhook, as in [webhooks.NAME].")]


@webhooks.command("list")
def listed(
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Every webhook with what waits, was delivered and is dead."""
    settings, engine = _opened(settings_file, environment, warehouse)
    rows = _standings(OutboxRecords(engine.journal), settings)
    if as_json:
        print_json(rows)
    elif rows:
        print_table(pa.Table.from_pylist(rows), "Webhooks")
    else:
        console.print("There is no webhook. Add [webhooks.NAME] with url and secret to regulars.toml.", markup=False)


@webhooks.command("test")
def test(
    name: Name,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Post one signed message of the type segment.test, with a made-up customer, and show the answer."""
    settings, engine = _opened(settings_file, environment, warehouse)
    _refuse_unknown(settings, name)
    try:
        from regulars.activate.delivering import receiver_of
        from regulars.activate.trying import try_receiver
    except ImportError as error:
        raise InputError(f"Webhooks need {error.name}. Install it: pip install 'regulars[webhooks]'.") from None

    started = time.perf_counter()
    answer = try_receiver(receiver_of(name, settings.webhooks[name]), OutboxRecords(engine.journal).now())
    seconds = time.perf_counter() - started
    if as_json:
        print_json([{"webhook": name, "taken": answer.is_taken, "answer": answer.words, "seconds": round(seconds, 3)}])
    if not answer.is_taken:
        raise SourceUnreachable(
            f"Webhook {name} did not take the test: {answer.words}. Mend [webhooks.{name}] or its receiver."
        )
    if not as_json:
        console.print(f"Webhook {escape(name)} took the test: {escape(answer.words)}, after {seconds:.1f} s")


@webhooks.command("deliver")
def deliver_now(
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="How long it may take.")] = 300.0,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Deliver what waits; failed tries are repeated when their pause is over and there is time."""
    settings, engine = _opened(settings_file, environment, warehouse)
    from regulars.telling import gather_events, tell_others

    notes = [*gather_events(engine, settings), *tell_others(engine, settings, seconds)]
    if as_json:
        print_json(_standings(OutboxRecords(engine.journal), settings))
        return
    for note in notes or ["Nothing waits."]:
        console.print(escape(note))


@webhooks.command("retry")
def retry(
    name: Name,
    batch: Annotated[str | None, typer.Option("--batch", help="Only this batch, such as msg_1f3a….")] = None,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """Give dead batches, those that rest and a disabled webhook another chance, from now on."""
    settings, engine = _opened(settings_file, environment, warehouse)
    _refuse_unknown(settings, name)
    revived = OutboxRecords(engine.journal).revive(name, batch)
    if batch is not None and not revived:
        raise InputError(
            f"Webhook {name} has no batch {batch} that waits or is dead. `regulars webhooks show {name}` lists them."
        )
    if as_json:
        print_json([{"webhook": name, "batches": revived}])
    else:
        console.print(f"{revived:,} batches of {escape(name)} wait. `regulars webhooks deliver` delivers them.")


@webhooks.command("show")
def show(
    what: Annotated[str, typer.Argument(help="A webhook, for its newest batches, or a batch, for its events.")],
    limit: Annotated[int, typer.Option(min=1, help="Batches shown at most.")] = 20,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
    as_json: Json = False,
) -> None:
    """The newest batches of a webhook, or one batch with its events."""
    settings, engine = _opened(settings_file, environment, warehouse)
    outbox = OutboxRecords(engine.journal)
    if what in settings.webhooks or outbox.webhook(what) is not None:
        batches = outbox.batches(what, limit)
        if as_json:
            print_json(batches.to_pylist())
        elif batches.num_rows:
            print_table(batches.select(list(_SHOWN)), f"Batches of {escape(what)}", wide=("error",))
        else:
            console.print("It has no batch yet. Events come with the next run that moves somebody.")
        return
    found = outbox.batch(what)
    if found is None:
        names = ", ".join(settings.webhooks) or "none"
        raise InputError(f"There is no webhook and no batch `{what}`. The webhooks are: {names}.")
    about, events = found
    if as_json:
        print_json([{**about, "content": events.to_pylist()}])
        return
    print_table(pa.Table.from_pylist([about]), f"Batch {escape(what)}")
    print_table(events.slice(0, limit), f"Its events, {min(limit, events.num_rows):,} of {events.num_rows:,}")


@webhooks.command("secret")
def secret(as_json: Json = False) -> None:
    """Make a secret to sign with, for a variable of this machine and for the receiver; it is stored nowhere."""
    from regulars.activate.signing import new_secret

    made = new_secret()
    if as_json:
        print_json([{"secret": made}])
    else:
        console.print(made, soft_wrap=True, markup=False)


_SHOWN = ("batch_id", "status", "events", "as_of", "tries", "made_at", "due_at", "ended_at", "answer", "error")


def _opened(file: Any, environment: str | None, warehouse: str | None) -> tuple[Settings, Engine]:
    settings = chosen_settings(file, warehouse, environment)
    return settings, open_engine(settings)


def _refuse_unknown(settings: Settings, name: str) -> None:
    if name not in settings.webhooks:
        names = ", ".join(settings.webhooks) or "none"
        raise InputError(f"There is no webhook `{name}` in the settings. They are: {names}.")


def _standings(outbox: OutboxRecords, settings: Settings) -> list[dict[str, Any]]:
    """One row per webhook of the settings or of the outbox."""
    known = {webhook.name: webhook for webhook in outbox.webhooks()}
    counted = {(row["webhook"], row["status"]): row["events"] for row in outbox.counts().to_pylist()}
    rows = []
    for name in sorted({*known, *settings.webhooks}):
        standing = known.get(name)
        status = standing.status if standing else "new"
        rows.append(
            {
                "webhook": name,
                "status": status if name in settings.webhooks else "not in the settings",
                **{f"{state}_events": counted.get((name, state), 0) for state in ("waiting", "delivered", "dead")},
                "failures_in_a_row": standing.failures if standing else 0,
                "paused_until": standing.paused_until if standing else None,
                "reason": standing.reason if standing else None,
            }
        )
    return rows

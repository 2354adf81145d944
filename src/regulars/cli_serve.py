"""`regulars serve`: the REST API and the dashboard on this machine, or for others with keys."""

from __future__ import annotations

import signal
import socket
import webbrowser
from typing import Annotated

import typer

from regulars.cli_options import Environment, SettingsFile, Warehouse, chosen_settings
from regulars.errors import InputError
from regulars.settings import overridden
from regulars.terminal import console


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen at; any but loopback needs keys. Default: as set.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 = a free one. Default: as set, 8000.")
    ] = None,
    opens: Annotated[bool, typer.Option("--open", help="Open the dashboard in a browser.")] = False,
    settings_file: SettingsFile = None,
    environment: Environment = None,
    warehouse: Warehouse = None,
) -> None:
    """Serve the dashboard and the REST API, until stopped by Ctrl-C."""
    try:
        import uvicorn

        from regulars.serve.api.app import create_app
        from regulars.serve.api.security import check_binding, server_options
        from regulars.serve.auth import KeyStore
    except ImportError as error:
        raise InputError(f"The server needs {error.name}. Install it: pip install 'regulars[serve]'.") from None
    from regulars.engines.base import open_engine

    settings = overridden(chosen_settings(settings_file, warehouse, environment), serve={"host": host, "port": port})
    address = settings.serve
    check_binding(address.host, KeyStore(open_engine(settings)))
    app = create_app(settings)
    try:
        family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
        listening = socket.create_server((address.host, address.port), family=family, backlog=2048)
    except OSError as error:
        raise InputError(
            f"Cannot listen at {address.host} port {address.port}: {error.strerror}. Choose another with --port."
        ) from None
    name = f"[{address.host}]" if ":" in address.host else address.host
    # uvicorn hands on the signal that ended it; here there is nothing left to end.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    with listening:
        root = f"http://{name}:{listening.getsockname()[1]}"
        console.print(f"Serving at {root}  (docs at /docs, stop with Ctrl-C)")
        console.print(_dashboard_words(root))
        if opens:
            # Whoever comes before the server is up waits in the line of the port.
            webbrowser.open(f"{_reached(root)}/dashboard/")
        uvicorn.Server(uvicorn.Config(app, **server_options(address), log_config=None)).run([listening])
    console.print("Stopped. Runs that were started go on.")


def _dashboard_words(root: str) -> str:
    from regulars.serve.dashboard.streamlit_app import is_installed

    if is_installed():
        return f"Dashboard: {_reached(root)}/dashboard"
    return "No dashboard: it needs streamlit. Install it: pip install 'regulars\\[serve,dashboard]'."


def _reached(root: str) -> str:
    """The address for a browser on this machine: nobody is called 0.0.0.0."""
    return root.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")

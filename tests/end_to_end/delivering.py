"""What the server does in the background, in a process of its own that can be killed; settings come from variables."""

from __future__ import annotations

import time

from regulars.engines.base import open_engine
from regulars.serve.api.delivering import start_delivering
from regulars.settings import load_settings

if __name__ == "__main__":
    settings = load_settings()
    with start_delivering(open_engine(settings), settings, 0.1):
        time.sleep(600)

"""A file of a store as a local one for as long as it is read; where a connection breaks, it is fetched anew."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from regulars.errors import InputError, RegularsError, SourceUnreachable
from regulars.sources.remote import RemoteFile, told, version_of

TRIES = 5
FIRST_PAUSE_SECONDS = 0.5


@contextmanager
def downloaded(
    file: RemoteFile, folder: Path | None = None, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Path]:
    """The file under its own name, in a folder of its own that goes when the context ends.

    Args:
        file: The file.
        folder: Where there is room; unset = the system's temporary folder.
        sleep: How to wait between tries.

    Raises:
        InputError: The file is gone.
        SettingsError: The store refuses to give it.
        SourceUnreachable: It could not be had whole in several tries.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="regulars-download-", dir=folder) as place:
        target = Path(place) / _local_name(file.name)
        for attempt in range(1, TRIES + 1):
            try:
                _fetch(file, target)
                break
            except SourceUnreachable as error:
                if attempt == TRIES:
                    raise SourceUnreachable(
                        f"{error} It was tried {TRIES} times, and nothing of the file was kept."
                    ) from None
                # Random, so that many clients of one server do not come back together.
                sleep(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * random.uniform(0.5, 1.5))
        yield target


def _fetch(file: RemoteFile, target: Path) -> None:
    """One try to get the whole file.

    Raises:
        SourceUnreachable: The connection broke off, or the file was written anew meanwhile.
    """
    filesystem = file.filesystem
    try:
        before = filesystem.info(file.path)
        filesystem.get_file(file.path, str(target))
        # Large files come in parts, and parts of two versions are none: what came must be what still stands there.
        filesystem.invalidate_cache()
        after = filesystem.info(file.path) if file.version else before
    except RegularsError:
        raise
    except OSError as error:
        if isinstance(error.filename, str) and error.filename.startswith(str(target.parent)):
            raise InputError(f"{file.url} cannot be stored: {error.strerror}. Free space in {target.parent}.") from None
        raise told(error, file.url, "be fetched") from None
    except Exception as error:  # whatever a store's package raises
        raise told(error, file.url, "be fetched") from None
    size, said = target.stat().st_size, before.get("size")
    if file.version and version_of(before, "s3") != version_of(after, "s3"):
        raise SourceUnreachable(f"{file.url} was written anew while it was fetched. Run again when it is complete.")
    # A web server may send packed what it measures packed, and the client unpacks it; it may never be shorter.
    if said is not None and size < int(said):
        raise SourceUnreachable(
            f"{file.url} broke off after {size:,} of {int(said):,} bytes. Check the network, then run again."
        )


def _local_name(name: str) -> str:
    """The name as one that every file system takes; its endings stay, for they say what the file is."""
    return "".join(sign if sign.isalnum() or sign in "._- " else "_" for sign in name)[-100:].lstrip(".") or "file"

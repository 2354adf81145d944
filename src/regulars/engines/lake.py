"""The lake: a folder or URL of Parquet files that Spark's workers and this process both reach.

Every table has a folder of its own, which is never written again under another content: a table that is made anew gets
a new folder. So whatever reads the old one is not disturbed, and nothing is ever half a table.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs

from regulars.errors import WarehouseError

# Spark's files are read and written in pieces of this size, whatever the size of the table.
_ROWS = 122_880


class Lake:
    """Reads and writes folders of Parquet files.

    Args:
        location: A folder, or a URL such as s3://bucket/lake or hdfs://host/lake.

    Raises:
        WarehouseError: The place is of a kind that cannot be read.
    """

    def __init__(self, location: str) -> None:
        self._files: fs.FileSystem
        if "://" not in location:
            self._files, self._root = fs.LocalFileSystem(), str(Path(location).absolute())
            self.url = Path(self._root).as_uri()
            return
        try:
            # Hadoop calls the same store s3a that everybody else calls s3.
            self._files, self._root = fs.FileSystem.from_uri(location.replace("s3a://", "s3://", 1))
        except (pa.ArrowInvalid, OSError) as error:
            raise WarehouseError(
                f"The lake {location} cannot be opened: {error}."
                " Give `lake` a folder, or an s3://, gs:// or hdfs:// URL."
            ) from None
        self._root = self._root.rstrip("/")
        self.url = location.rstrip("/").replace("s3://", "s3a://", 1)

    def new_folder(self, *parts: str) -> str:
        """A place in the lake that nothing was ever written to, relative to its root."""
        return "/".join((*parts, secrets.token_hex(6)))

    def url_of(self, folder: str) -> str:
        """How Spark is told of a folder."""
        return f"{self.url}/{folder}"

    def relative(self, url: str) -> str:
        """The folder that Spark calls by this URL."""
        return url.removeprefix(f"{self.url}/")

    def write(self, folder: str, name: str, data: pa.RecordBatchReader) -> int:
        """Writes one file, batch by batch, and returns its number of rows; without rows there is no file.

        Raises:
            WarehouseError: The lake cannot be written.
        """
        rows, writer = 0, None
        path = f"{self._root}/{folder}/{name}.parquet"
        half = f"{self._root}/{folder}/.{name}.half"
        try:
            self._files.create_dir(f"{self._root}/{folder}", recursive=True)
            for batch in data:
                if batch.num_rows:
                    if writer is None:
                        writer = pq.ParquetWriter(half, data.schema, filesystem=self._files, compression="zstd")
                    writer.write_batch(batch)
                    rows += batch.num_rows
        except OSError as error:
            raise WarehouseError(f"Cannot write {path}: {error}. Free space or mend its permissions.") from None
        finally:
            if writer is not None:
                writer.close()
        if rows:
            # A file that is there is whole: the name tells what is in it.
            self._files.move(half, path)
        return rows

    def read(self, folder: str, schema: pa.Schema) -> pa.RecordBatchReader:
        """The rows of a table's files in the order of their names, batch by batch."""
        selector = fs.FileSelector(f"{self._root}/{folder}", recursive=False, allow_not_found=True)
        files = sorted(
            file.path for file in self._files.get_file_info(selector) if file.path.endswith(".parquet") and file.size
        )
        return pa.RecordBatchReader.from_batches(schema, self._batches(files, schema))

    def remove(self, folder: str) -> None:
        """Removes a folder with all that is in it; harmless when there is none."""
        path = f"{self._root}/{folder}"
        if self._files.get_file_info(path).type == fs.FileType.Directory:
            self._files.delete_dir(path)

    def remove_file(self, name: str) -> None:
        """Removes one file."""
        self._files.delete_file(f"{self._root}/{name}")

    def folders(self, folder: str) -> list[str]:
        """The names of the folders and files in a folder."""
        selector = fs.FileSelector(f"{self._root}/{folder}", recursive=False, allow_not_found=True)
        return sorted(file.base_name for file in self._files.get_file_info(selector))

    def write_text(self, name: str, text: str) -> None:
        """Puts a small file of text in the place of the one that is there, in one step."""
        path = f"{self._root}/{name}"
        self._files.create_dir(self._root, recursive=True)
        with self._files.open_output_stream(f"{path}.half") as stream:
            stream.write(text.encode())
        self._files.move(f"{path}.half", path)

    def read_text(self, name: str) -> str | None:
        """A small file of text; None when there is none."""
        path = f"{self._root}/{name}"
        if self._files.get_file_info(path).type != fs.FileType.File:
            return None
        with self._files.open_input_stream(path) as stream:
            return bytes(stream.read()).decode()

    def _batches(self, files: list[str], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        for path in files:
            scanner = ds.dataset(path, format="parquet", filesystem=self._files).scanner(
                batch_size=_ROWS, batch_readahead=2, fragment_readahead=1
            )
            for batch in scanner.to_batches():
                yield batch.select(schema.names).cast(schema)

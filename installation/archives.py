"""The archive of an AutoSupport bundle: the same bytes whenever it is asked for."""

import gzip
import io
import tarfile


def archive(name: str, content: bytes) -> bytes:
    """Return a gzipped tar with one file."""
    written = io.BytesIO()
    # Without the time of its making, which would be another each time.
    with (
        gzip.GzipFile(fileobj=written, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as files,
    ):
        info = tarfile.TarInfo(name)
        info.size = len(content)
        files.addfile(info, io.BytesIO(content))
    return written.getvalue()

"""Tables of packet captures as Arrow tables.

The package runs the command ``pcapstat``, which it installs, and reads its Arrow output::

    import pcapstat

    tables = pcapstat.tables(["captures/"], tables=["summary", "conversations"])
    tables["conversations"].to_pandas()

    import polars
    polars.from_arrow(pcapstat.table("big.pcap", "packets", filter="tcp port 443"))

Numbers, names and types are those of the command: ``pcapstat.schema()`` lists them.
"""

from ._command import (
    DamagedInput,
    PcapstatError,
    find_command,
    schema,
    table,
    tables,
    version,
)

__all__ = [
    "DamagedInput",
    "PcapstatError",
    "find_command",
    "schema",
    "table",
    "tables",
    "version",
]

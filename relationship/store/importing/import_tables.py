"""The tables of imports: each run, what was wrong with which line, and the file while it waits for a decision."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class ImportRun(SQLModel, table=True):
    """One import from the upload to its end.

    key       what pages and the API call it;  kind: a word of `importing.kinds.ImportKind`
    state     a word of `import_runs.State`;  reason: why it failed, a code, '' otherwise
    channel   'cli', 'page' or 'api';  digest: SHA-256 of the file
    options   how the file is to be read, as JSON (`importing.options.Options`)
    read      rows read;  total: rows expected, 0 while unknown
    added, changed, same, rejected   add up to the rows read (verbatims: with silent and left_out);  flagged: taken, and worth a look
    silent, left_out   of verbatims: lines without a text, and of people of whom nothing is kept; they count as read
    unknown, old       of those taken: of nobody known, and said long ago
    columns   of verbatims: what the columns are, as JSON (`desk.bring_verbatims.Asked`)
    touched_at   last sign of life of who works on it;  header: the first line of the file, as JSON
    """

    __tablename__ = "import_run"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    state: str
    reason: str = ""
    reason_line: int | None = None
    reason_detail: str = ""
    channel: str
    file_name: str = ""
    digest: str = ""
    size: int = 0
    options: str = "{}"
    read: int = 0
    total: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    flagged: int = 0
    started_at: datetime = Field(sa_type=UtcDateTime, index=True)
    started_by: str = ""
    started_by_name: str = ""
    touched_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    header: str = Field(default="[]", sa_column_kwargs={"server_default": "[]"})
    silent: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    left_out: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    unknown: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    old: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    columns: str = Field(default="", sa_column_kwargs={"server_default": ""})


class ImportFault(SQLModel, table=True):
    """A line that was rejected, or taken with a flag.

    column   name of the column, '' for the whole line;  code: of `importing.faults.SENTENCES`
    detail   what the sentence names, such as the other line;  cells: the line as it was read, as JSON, '' for flags
    """

    __tablename__ = "import_fault"
    run_id: int = Field(foreign_key="import_run.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    line: int
    column: str = ""
    code: str
    detail: str = ""
    is_rejected: bool = True
    cells: str = ""


class ImportSample(SQLModel, table=True):
    """One of the lines that the preview shows. change: 'added' or 'changed'; before, after: JSON by column."""

    __tablename__ = "import_sample"
    run_id: int = Field(foreign_key="import_run.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    line: int
    change: str
    name: str = ""
    before: str = "{}"
    after: str = "{}"


class ImportPiece(SQLModel, table=True):
    """A part of the file of a run that waits for a decision; gone when the run has ended."""

    __tablename__ = "import_piece"
    run_id: int = Field(foreign_key="import_run.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    body: bytes = Field(sa_column=sa.Column(sa.LargeBinary, nullable=False))


IMPORT_RUN = table(ImportRun)
IMPORT_FAULT = table(ImportFault)
IMPORT_SAMPLE = table(ImportSample)
IMPORT_PIECE = table(ImportPiece)

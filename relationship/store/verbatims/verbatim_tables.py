"""The tables of verbatims: what customers said in their own words, and what was understood of it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from relationship.store.tables import UtcDateTime, table


class Verbatim(SQLModel, table=True):
    """One text of a customer. All of it is the customer's own words; quoted replies and signatures were cut off before.

    key          what makes it the same when it comes again: source and line id, else source, day, who and text
    source       'survey', 'review', 'chat', 'comment' or 'mailbox';  day: day number on which it was said
    account_id   None while nobody knows whose words they are;  contact_guid, address, customer_id: who, as far as told
    satisfaction 0 to 100, None: not told;  recommendation: 0 to 10
    filters      what lists and rules may choose by, as JSON {column: value};  information: only shown with the text

    What was understood (`verbatims.understand`):
    emotion, intensity (0 to 1), polarity (-1 to 1), temperature (-20 to 40 °C)
    feeling      'positive', 'neutral' or 'negative'
    threat       'considering', 'conditional', 'decided' or '';  threat_degree: 0 to 1;  threat_level: 1 to 3, 0 without
    analysis     the whole of it as JSON;  analysed_with: version of the words it was understood with
    Where somebody corrected it (`VerbatimCorrection`), the other columns hold what they said, `analysis` the computed.

    arrival      number that grows with every text that is new or replaced;  judged: at which arrival alert rules looked
                 at it last
    overlooked   alert rules do not look at it;  link_id: the link by hand that told the account
    """

    __table_args__ = (
        sa.Index("ix_verbatim_account_id_day", "account_id", "day"),
        sa.Index("ix_verbatim_day", "day"),
        sa.Index("ix_verbatim_link_id", "link_id"),
        sa.Index("ix_verbatim_analysed_with", "analysed_with"),
        sa.Index(
            "ix_verbatim_to_judge",
            "id",
            sqlite_where=sa.text("judged < arrival"),
            postgresql_where=sa.text("judged < arrival"),
        ),
        sa.Index("ix_verbatim_arrival", "arrival"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    source: str
    day: int
    text: str
    language: str = ""
    account_id: int | None = Field(default=None, foreign_key="record.id", ondelete="CASCADE")
    contact_guid: str | None = Field(default=None, index=True)
    address: str = Field(default="", index=True)
    customer_id: str = ""
    line_id: str = ""
    satisfaction: float | None = None
    recommendation: float | None = None
    filters: str = "{}"
    information: str = "{}"
    emotion: str = "calm"
    intensity: float = 0.0
    polarity: float = 0.0
    feeling: str = "neutral"
    temperature: float = 12.0
    threat: str = ""
    threat_degree: float = 0.0
    threat_level: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    analysis: str = "{}"
    analysed_with: str = ""
    overlooked: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    link_id: int | None = None
    arrival: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    judged: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str = ""
    added_by_name: str = ""


class VerbatimMark(SQLModel, table=True):
    """What a text is about, by which lists and rules choose.

    sort    'theme', 'sensitivity' or 'moment';  word: a theme stands here with each of its parents
    degree  1 mild, 2 clear, 3 strong for a sensitivity, else 0
    """

    __tablename__ = "verbatim_mark"
    __table_args__ = (sa.Index("ix_verbatim_mark_sort_word", "sort", "word"),)
    verbatim_id: int = Field(foreign_key="verbatim.id", primary_key=True, ondelete="CASCADE")
    sort: str = Field(primary_key=True)
    word: str = Field(primary_key=True)
    degree: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class VerbatimCopy(SQLModel, table=True):
    """That a feedback mailbox holds a mail with this text: the same mail in two of them is one text with two copies."""

    __tablename__ = "verbatim_copy"
    source_id: int = Field(foreign_key="source.id", primary_key=True, ondelete="CASCADE")
    verbatim_id: int = Field(foreign_key="verbatim.id", primary_key=True, index=True, ondelete="CASCADE")


class VerbatimMapping(SQLModel, table=True):
    """What the columns of a file of this shape are, as somebody said it last.

    shape  SHA-256 of the titles;  roles: JSON list, by place;  scale: of satisfaction
    dates  how days were written, a word of `importing.options.Dates`, '' where it was not said
    """

    __tablename__ = "verbatim_mapping"
    shape: str = Field(primary_key=True)
    roles: str
    scale: str
    source: str
    dates: str = Field(default="", sa_column_kwargs={"server_default": ""})
    saved_at: datetime = Field(sa_type=UtcDateTime)
    saved_by: str = ""


class VerbatimLink(SQLModel, table=True):
    """Whose words they are, as somebody said by hand; texts that come in later are linked likewise.

    sort  'address' or 'customer': name is what texts carry;  'text': name is the key of the one text
    """

    __tablename__ = "verbatim_link"
    __table_args__ = (sa.UniqueConstraint("sort", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    sort: str
    name: str
    account_id: int = Field(foreign_key="record.id", ondelete="CASCADE")
    contact_guid: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    by: str
    by_name: str = ""


class VerbatimCorrection(SQLModel, table=True):
    """What a person said against what was computed. None: not corrected.

    threat  '' for none;  themes: JSON list of paths;  of_text: SHA-256 of the text they read
    """

    __tablename__ = "verbatim_correction"
    verbatim_id: int = Field(foreign_key="verbatim.id", primary_key=True, ondelete="CASCADE")
    emotion: str | None = None
    threat: str | None = None
    themes: str | None = None
    of_text: str
    at: datetime = Field(sa_type=UtcDateTime)
    by: str
    by_name: str = ""


VERBATIM = table(Verbatim)
VERBATIM_MARK = table(VerbatimMark)
VERBATIM_COPY = table(VerbatimCopy)
VERBATIM_MAPPING = table(VerbatimMapping)
VERBATIM_LINK = table(VerbatimLink)
VERBATIM_CORRECTION = table(VerbatimCorrection)

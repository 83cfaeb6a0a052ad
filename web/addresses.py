"""What may stand in an address of ours."""

from werkzeug.routing import IntegerConverter


class RowNumber(IntegerConverter):
    """The number of a row: at most nine digits, so that every database can look for it; longer ones are not found."""

    regex = r"\d{1,9}"

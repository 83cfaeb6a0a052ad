"""Lists of records: filters, orders, pages, kept views."""

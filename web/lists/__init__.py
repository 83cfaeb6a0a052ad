"""Lists of records, the pipeline and the first page: filters, columns, views, files."""

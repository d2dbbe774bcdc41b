"""Tables of a corpus have their columns and types, also without rows."""

from analysis.corpus.tables import SCHEMAS, make_table


def test_tables_without_rows_keep_their_columns_and_types():
    for name, schema in SCHEMAS.items():
        table = make_table(name, [])
        assert table.empty
        assert {column: str(dtype) for column, dtype in table.dtypes.items()} == schema

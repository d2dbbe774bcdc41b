"""Notebooks run as a graph of steps: keys, records, Papermill runs, pages, verification."""

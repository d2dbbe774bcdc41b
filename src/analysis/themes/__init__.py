"""Declared themes: the dictionary, its hits, attention, comparison of texts and keyness."""

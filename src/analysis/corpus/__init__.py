"""Texts in: manifest and formats to documents, sections, paragraphs and sentences; tokens, words and counts."""

"""Validation: coded sentences, agreement between codings, accuracy of the dictionary."""

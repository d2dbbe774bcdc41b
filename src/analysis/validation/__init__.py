"""
Validation: coded sentences, agreement between codings, accuracy of the dictionary.

Sentences are drawn and put on sheets (`draw_sample`, `write_sheets`), coded, read back and combined (`read_sheets`,
`combine`); or codes are read as ``data/annotations/codes.yml`` names them (`read_annotations`). `judge` puts each code
beside what the dictionary found; from its table follow agreement, precision, recall and corrected shares.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)

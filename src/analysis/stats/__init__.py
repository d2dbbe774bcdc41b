"""
Statistics that know no texts: association, blocks and bootstrap, permutation tests, intervals, differences, verdicts.

Blocks of paragraphs (`make_blocks`) are what resampling draws and tests move. A share has its interval from
`share_intervals`, a difference between texts its p-value from `change_test`; any statistic drawn by chance has one from
`p_value`. A difference between texts that were read completely is asked whether errors of measurement could undo it
(`probability_of_order`, `tipping_number`) and whether new sections would have it too (`compare_drafts`). What may be
said of any of them is decided in `analysis.stats.verdict` alone.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)

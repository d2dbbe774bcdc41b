"""
How themes move between dated texts: the shared logic of the notebooks.

Imports run one way, downward; every module is imported by name (``from analysis import themes``).

===== ============================================== ====================================================
floor modules                                        what flows
===== ============================================== ====================================================
6     `cli`, `pipeline`, `verification`, `reports`   commands; values, notebooks and figures to HTML pages
5     `figures`, `exports`                           numbers and Axes to Axes; table, figure to file
3     `themes`, `keyness`, `agreement`               token tables to tidy tables
2     `terms`, `resampling`                          sentences to tokens; blocks to intervals and p-values
1     `corpus`, `formats`, `language`, `glossary`    files to documents, sections, paragraphs, sentences
0     `inputs`                                       what a user gives, read with one clear message
===== ============================================== ====================================================
"""

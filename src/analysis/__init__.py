"""
How themes move between dated texts: the shared logic of the notebooks, one room per subject.

Imports run one way, downward; ``make check`` enforces it (`tool.importlinter` in ``pyproject.toml``).

===== =================================== =========================================================================
floor room                                what flows
===== =================================== =========================================================================
5     `cli`                               commands: check, tag, sheet, codes
4     `robustness`                        specifications to claims under other reasonable choices
3     `topics`, `networks`, `validation`  words and hits to topics, ties, accuracy; independent of each other
--    `study`                             start here: texts, dictionary and glossary put together by `study.open_study`
2     `themes`, `pipeline`                dictionary to hits, attention, keyness; notebooks to pages
1     `corpus`, `stats`, `report`         files to sentences and counts; numbers to intervals and p-values; results to
                                          tables, figures and pages
0     `inputs`, `schema`                  what a user gives, refused with one message
===== =================================== =========================================================================

Every subject room has the same plan: measures, ``plots.py`` (numbers and Axes to Axes), ``prose.py`` (numbers to
sentences and captions). ``plots`` and ``prose`` are imported by notebooks and by prose only.
"""

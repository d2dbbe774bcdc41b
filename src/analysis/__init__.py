"""
How themes move between dated texts: the shared logic of the notebooks, one room per subject.

Imports run one way, downward; ``make check`` enforces it (`tool.importlinter` in ``pyproject.toml``).

===== ============================================ ====================================================================
floor room                                         what flows
===== ============================================ ====================================================================
5     `cli`                                        commands: check, tag, sheet, codes
4     `robustness`                                 specifications to findings under other reasonable choices
3     `topics`, `networks`, `validation`           words and hits to topics, ties and accuracy; independent of each other
--    `study`                                      start here: `study.open_study` puts texts, dictionary and glossary together
2     `themes`, `pipeline`                         dictionary to hits, attention, comparisons, keyness; notebooks to pages
1     `corpus`, `stats`, `report`                  files to sentences and counts; numbers to intervals and p-values; results to
                                                   tables, figures and pages
0     `inputs`                                     what a user gives, refused with one message
===== ============================================ ====================================================================

Every subject room has the same plan: measures, ``plots.py`` (numbers and Axes to Axes), ``prose.py`` (numbers to
sentences and captions). ``plots`` and ``prose`` are imported by notebooks and by prose only.
"""

"""
How themes move between dated texts: the shared logic of the notebooks.

Imports run one way, downward; every module is imported by name (``from analysis import themes``).

===== ===================================================================== ============================================
floor modules                                                               what flows
===== ===================================================================== ============================================
6     `cli`, `pipeline`, `steps`, `records`, `execution`, `parameters`,     commands; values, notebooks and figures to
      `dependencies`, `verification`, `reports`                             pages
5     `figures`, `exports`, `display`, `findings`, `readings`               numbers and Axes to Axes; tables to files,
                                                                            sentences and what a notebook shows
4     `study`, `comparisons`, `structure`, `discovery`                      texts, dictionary and hits put together
3     `themes`, `attention`, `keyness`, `agreement`, `topics`, `dynamic`,   token tables and matrices to tidy tables
      `stability`, `prevalence`, `coherence`
2     `terms`, `words`, `tokens`, `resampling`, `intervals`, `alignment`,   sentences to words and counts; matrices to
      `estimators`, `factors`                                               topics; blocks to intervals and p-values
1     `corpus`, `formats`, `language`, `glossary`                           files to documents, sections, paragraphs,
                                                                            sentences, footnotes
0     `inputs`                                                              what a user gives, read with one message
===== ===================================================================== ============================================
"""

"""
How themes move between dated texts: the shared logic of the notebooks.

Imports run one way, downward; every module is imported by name (``from analysis import themes``).

===== ===================================================================== ============================================
floor modules                                                               what flows
===== ===================================================================== ============================================
6     `cli`, `pipeline`, `steps`, `records`, `execution`, `parameters`,     commands; values, notebooks and figures to
      `dependencies`, `verification`, `reports`                             pages
5     `figures`, `maps`, `curves`, `exports`, `graphfiles`, `display`,      numbers and Axes to Axes; tables and graphs
      `networkview`, `networkpanels`, `findings`, `readings`, `accounts`,   to files; what a notebook says and shows
      `verdicts`, `robustness`
4     `study`, `comparisons`, `structure`, `discovery`, `networks`,         texts, dictionary and hits put together;
      `dyads`, `annotations`, `sheets`, `specifications`, `streams`,        specifications to one row per finding
      `measurements`, `deals`, `storage`, `multiverse`
3     `themes`, `attention`, `keyness`, `concordance`, `topics`,            token tables and matrices to tidy tables
      `dynamic`, `stability`, `prevalence`, `coherence`, `association`,     and graphs
      `significance`, `ties`, `bridges`, `communities`, `agreement`,
      `accuracy`, `coding`
2     `terms`, `words`, `tokens`, `cooccurrence`, `resampling`,             sentences to words and counts; matrices to
      `intervals`, `clusters`, `margins`, `alignment`, `estimators`,        topics; blocks to intervals and p-values
      `factors`, `layout`, `labels`, `threads`
1     `corpus`, `formats`, `language`, `glossary`                           files to documents, sections, paragraphs,
                                                                            sentences, footnotes
0     `inputs`                                                              what a user gives, read with one message
===== ===================================================================== ============================================
"""

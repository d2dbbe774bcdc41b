from .describe import count_institution_words as count_institution_words
from .describe import count_lines as count_lines
from .describe import count_words as count_words
from .describe import list_outline as list_outline
from .describe import measure_texts as measure_texts
from .read import Corpus as Corpus
from .read import read_corpus as read_corpus

"""Splits tag lines, which have nothing but spaces between tags, by what all pages of the input show.

The line `oil ivory coast` can be cut in four ways, and the line alone does not show which is right. The corpus does:
words of one name stand side by side line after line, in one order, and in a row in the pages' own texts; words of two
names meet now and then, in either order, and stand scattered in texts.

This is unsupervised word segmentation by a unigram model. A line is a row of names; a name is drawn from a Dirichlet
process, so that frequent names cost little, new ones much, and long new ones more (Goldwater, Griffiths and Johnson, "A
Bayesian framework for word segmentation", 2009). The best lexicon makes all lines likeliest at the least cost of names
(minimum description length: de Marcken, "Unsupervised Language Acquisition", 1996). Two things are added: what the text
of the page says of each gap, and how often names meet in the other order.

Five lines, and what it gains (in nats) to make one name of two neighbours, wherever they meet:

    ivory coast                           ivory | coast    +6.1       one name, on three pages
    oil ivory coast                       coast | wheat   -12.8
    ivory coast wheat                     oil | ivory     -13.5
    wheat oil                             wheat | oil     -12.8
    oil

With `ivory coast` joined no change gains any more (splitting it again would lose 9.3), and the five lines are cut.

What is called, and the modules in the order in which they are best read:

1. Pass 1, page by page: `find_facts` puts what the page's text says of its tags line into 64 bits (`facts`).
2. Once, over all pages: `learn_tags` gives a `Lexicon`. It

   - gathers lines and facts in bounded memory (`evidence`), and lays them out as arrays (`corpus`, with an example;
     there words are numbers and names are hashes: `numbering`, `hashes`),
   - counts a cut of all lines (`counts`), takes rates from the counts (`rates`), computes what each change of the cut
     would gain (`gains`), and climbs from cut to cut until none gains (`learning`),
   - gives the names of the last cut (`names`) with their counts (`lexicon`, which also reads and writes tags.json).
3. Pass 2, some pages at a time: a `Splitter` (`splitting`) finds the likeliest cut of each line and how sure it is
   (`model`); where neighbours might be cut in many ways all are weighed (`islands`).

That the tags are the words of their line is shown elsewhere (`toolkit.pages.proof.cover`), whatever was learnt here.
"""

from toolkit.pages.tags.facts import find_facts
from toolkit.pages.tags.learning import learn_tags
from toolkit.pages.tags.lexicon import Lexicon, lexicon_from_json, lexicon_to_json
from toolkit.pages.tags.splitting import Splits, Splitter

__all__ = [
    "Lexicon",
    "Splits",
    "Splitter",
    "find_facts",
    "learn_tags",
    "lexicon_from_json",
    "lexicon_to_json",
]

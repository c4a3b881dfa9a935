"""The site's own pages: the front page in three languages, municipalities by letter, search."""

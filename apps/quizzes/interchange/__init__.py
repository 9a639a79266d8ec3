"""Questions that travel: to and from GIFT and Moodle XML, and as cards to Anki.

``portable`` is what a question is on its way. ``packing`` makes one from a file and a draw,
``question_text`` a file from one; each format has a module that writes it and one that reads it.
"""

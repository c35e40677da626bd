"""From a survey file to scored persons, one verb a module, each a DataFrame in and a DataFrame out.

read -> screen -> pair -> code -> score. Reading has its formats in a module of its own; pairing has two, for wide files
and for the rows that leave. Between the verbs a frame's ``attrs`` carry what no cell can hold: ``notes``
(sentences for the person) and ``out`` (the rows that left, with the reason), see :mod:`analysis.intake.ledger`.
"""

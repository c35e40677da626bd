"""The numeric cellar: arrays in, numbers out. It knows numpy and scipy only, and nothing of couples or questionnaires.

``x`` is (persons, items) or (couples,) float64 without missing values unless a function says otherwise.
"""

"""Cohort matching: from applicants to tandems and tridems, with reasons, bounds and prices. Pure.

Start at `scoring.score_cohort`, `solving.solve`, `report.Report` and `leaving.proposals`.
The formulas are in `docs/develop/cohort.md`.
"""

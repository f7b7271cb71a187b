"""Surveys that evaluate a programme: built, answered without a name, analysed, small numbers hidden."""

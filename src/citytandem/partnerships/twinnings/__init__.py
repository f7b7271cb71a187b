"""How likely two places are to be twinned: named terms that add up, learned from known twinnings. Pure."""

-- What was landed since the last run has the mix of gender that the runs before had.
{{ mix_finding('gender') }}

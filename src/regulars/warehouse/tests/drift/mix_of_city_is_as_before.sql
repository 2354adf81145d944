-- What was landed since the last run has the mix of city that the runs before had.
{{ mix_finding('city') }}

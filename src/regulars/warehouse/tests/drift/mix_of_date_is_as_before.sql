-- What was landed since the last run has the mix of date that the runs before had.
{{ mix_finding('date') }}

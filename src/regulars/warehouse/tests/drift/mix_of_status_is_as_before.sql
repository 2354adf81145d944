-- What was landed since the last run has the mix of status that the runs before had.
{{ mix_finding('status') }}

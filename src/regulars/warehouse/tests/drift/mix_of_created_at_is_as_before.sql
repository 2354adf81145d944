-- What was landed since the last run has the mix of created_at that the runs before had.
{{ mix_finding('created_at') }}

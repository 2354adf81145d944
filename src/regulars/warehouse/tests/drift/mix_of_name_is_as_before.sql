-- What was landed since the last run has the mix of name that the runs before had.
{{ mix_finding('name') }}

-- What was landed since the last run has the mix of phone that the runs before had.
{{ mix_finding('phone') }}

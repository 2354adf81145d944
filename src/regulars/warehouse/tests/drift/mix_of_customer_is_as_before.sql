-- What was landed since the last run has the mix of customer that the runs before had.
{{ mix_finding('customer') }}

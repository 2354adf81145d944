-- What was landed since the last run has the mix of store that the runs before had.
{{ mix_finding('store') }}

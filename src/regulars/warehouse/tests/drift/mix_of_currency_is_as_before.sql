-- What was landed since the last run has the mix of currency that the runs before had.
{{ mix_finding('currency') }}

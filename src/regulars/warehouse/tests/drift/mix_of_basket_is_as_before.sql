-- What was landed since the last run has the mix of basket that the runs before had.
{{ mix_finding('basket') }}

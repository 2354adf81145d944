-- What was landed since the last run has the mix of country that the runs before had.
{{ mix_finding('country') }}

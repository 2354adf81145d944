-- What was landed since the last run has the mix of consent that the runs before had.
{{ mix_finding('consent') }}

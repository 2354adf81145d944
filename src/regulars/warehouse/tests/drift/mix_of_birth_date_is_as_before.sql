-- What was landed since the last run has the mix of birth_date that the runs before had.
{{ mix_finding('birth_date') }}

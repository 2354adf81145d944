-- What was landed since the last run has the mix of email that the runs before had.
{{ mix_finding('email') }}

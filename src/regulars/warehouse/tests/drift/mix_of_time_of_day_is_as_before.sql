-- What was landed since the last run has the mix of time_of_day that the runs before had.
{{ mix_finding('time_of_day') }}

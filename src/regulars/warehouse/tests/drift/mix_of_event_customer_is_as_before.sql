-- What was landed since the last run has the mix of event_customer that the runs before had.
{{ mix_finding('event_customer') }}

-- Indexes of projections that came after them. They are made when absent, at every start: an
-- index holds nothing of its own, so that a new one needs no replay.

-- Open incidents, newest first, with all that facets ask of them.
CREATE INDEX IF NOT EXISTS incident_open ON incident (org, is_open, seq, id, restricted, reporter,
    stage, handling, service_is, security_is, team, assignee, service, snoozed_until)
    WHERE is_open = TRUE;

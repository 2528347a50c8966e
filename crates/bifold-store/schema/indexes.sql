-- Indexes of projections that came after them. They are made when absent, at every start: an
-- index holds nothing of its own, so that a new one needs no replay.

-- Open incidents, newest first, with all that facets and counts ask of them. Its condition is
-- written as only those ask it: looking for one person's incidents, a planner without statistics
-- would rather walk this index, because it covers them, than seek in that of the assignees.
CREATE INDEX IF NOT EXISTS incident_facet ON incident (org, seq, is_open, id, restricted, reporter,
    stage, handling, service_is, security_is, team, assignee, service, snoozed_until, category,
    major, source) WHERE is_open IS TRUE;

-- All incidents, open or not, most urgent first: what a list is that nobody narrowed.
CREATE INDEX IF NOT EXISTS incident_urgent ON incident (org, handling, seq);

-- On-call schedules and escalation chains: what else the directory in memory holds.
CREATE INDEX IF NOT EXISTS snapshot_on_call ON snapshot (org, subject_type)
    WHERE subject_type IN ('schedule', 'chain');

-- Sources of signals, which are in that directory too.
CREATE INDEX IF NOT EXISTS snapshot_source ON snapshot (org, subject_type)
    WHERE subject_type = 'source';

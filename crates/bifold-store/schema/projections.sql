-- Projections: dropped, created and replayed when their version changes. Written only by
-- `write::project`, from states that facts gave.

CREATE TABLE snapshot (
    org          TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    subject_type TEXT   NOT NULL,
    version      BIGINT NOT NULL,
    leaf_hash    TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE INDEX snapshot_directory ON snapshot (org, subject_type)
    WHERE subject_type IN ('person', 'team', 'service', 'policy');

CREATE TABLE incident (
    org           TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    seq           BIGINT  NOT NULL,
    number        TEXT    NOT NULL,
    version       BIGINT  NOT NULL,
    title         TEXT    NOT NULL,
    -- What letters, pages and webhooks call it; nothing where they must not name it.
    title_outside TEXT,
    stage         TEXT    NOT NULL,
    is_open       BOOLEAN NOT NULL,
    handling      BIGINT  NOT NULL,
    impact        TEXT    NOT NULL,
    urgency       TEXT    NOT NULL,
    service_is    TEXT    NOT NULL,
    security_is   TEXT    NOT NULL,
    further_kinds TEXT    NOT NULL,
    service       TEXT,
    category      TEXT,
    team          TEXT,
    assignee      TEXT,
    reporter      TEXT    NOT NULL,
    restricted    BOOLEAN NOT NULL,
    major         TEXT    NOT NULL,
    tlp           TEXT    NOT NULL,
    parent        TEXT,
    recorded_at   BIGINT  NOT NULL,
    resolved_at   BIGINT,
    closed_at     BIGINT,
    snoozed_until BIGINT,
    clock_due     BIGINT  NOT NULL,
    clock_of      TEXT,
    clock_paused  BOOLEAN NOT NULL,
    clock_look    BIGINT,
    reassigned    BIGINT  NOT NULL,
    reopened      BIGINT  NOT NULL,
    source        TEXT,
    external_id   TEXT,
    observations  BIGINT  NOT NULL,
    src_state     TEXT,
    src_impact    TEXT,
    src_urgency   TEXT,
    src_priority  TEXT,
    PRIMARY KEY (org, id)
);
CREATE INDEX incident_queue ON incident (org, is_open, handling, seq);
CREATE INDEX incident_newest ON incident (org, seq);
CREATE INDEX incident_number ON incident (org, number);
CREATE INDEX incident_team ON incident (org, team, is_open, handling, seq);
CREATE INDEX incident_assignee ON incident (org, assignee, is_open, handling, seq);
CREATE INDEX incident_reporter ON incident (org, reporter, seq);
CREATE INDEX incident_parent ON incident (org, parent) WHERE parent IS NOT NULL;
CREATE INDEX incident_external ON incident (org, source, external_id) WHERE source IS NOT NULL;

CREATE INDEX incident_due ON incident (org, is_open, clock_due, seq);
CREATE INDEX incident_look ON incident (org, clock_look) WHERE clock_look IS NOT NULL;

-- Runs of the clocks of service levels. One whose level is for incidents of a sensitive kind
-- stands in its lane.
CREATE TABLE clock (
    org        TEXT   NOT NULL,
    incident   TEXT   NOT NULL,
    agreement  TEXT   NOT NULL,
    metric     TEXT   NOT NULL,
    run        BIGINT NOT NULL,
    party      TEXT   NOT NULL,
    level      TEXT   NOT NULL,
    lane       TEXT,
    standing   TEXT   NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT,
    due        BIGINT,
    counted    BIGINT NOT NULL,
    target     BIGINT NOT NULL,
    PRIMARY KEY (org, incident, agreement, metric, run)
);
CREATE INDEX clock_started ON clock (org, started_at);

CREATE TABLE incident_member (
    org       TEXT   NOT NULL,
    incident  TEXT   NOT NULL,
    principal TEXT   NOT NULL,
    until     BIGINT,
    PRIMARY KEY (org, incident, principal)
);

CREATE TABLE incident_verdict (
    org      TEXT   NOT NULL,
    incident TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    finding  TEXT   NOT NULL,
    decider  TEXT   NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (org, incident, kind)
);

CREATE TABLE incident_seat (
    org       TEXT NOT NULL,
    incident  TEXT NOT NULL,
    kind      TEXT NOT NULL,
    principal TEXT NOT NULL,
    PRIMARY KEY (org, incident, kind, principal)
);

-- Open tasks that somebody has.
CREATE TABLE incident_task (
    org      TEXT   NOT NULL,
    incident TEXT   NOT NULL,
    id       TEXT   NOT NULL,
    lane     TEXT   NOT NULL,
    title    TEXT   NOT NULL,
    owner    TEXT   NOT NULL,
    due      BIGINT,
    PRIMARY KEY (org, incident, id)
);
CREATE INDEX incident_task_owner ON incident_task (org, owner, due);

-- Which services an asset helps to deliver.
CREATE TABLE asset_service (
    org     TEXT NOT NULL,
    service TEXT NOT NULL,
    asset   TEXT NOT NULL,
    PRIMARY KEY (org, service, asset)
);
CREATE INDEX asset_service_asset ON asset_service (org, asset);

-- Restoring actions that met the preservation gate.
CREATE TABLE restoring_action (
    org          TEXT    NOT NULL,
    incident     TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    action       TEXT    NOT NULL,
    effect       TEXT    NOT NULL,
    standing     TEXT    NOT NULL,
    due          BIGINT,
    wanted_at    BIGINT  NOT NULL,
    opened_at    BIGINT,
    ground       TEXT,
    saved        BIGINT  NOT NULL,
    lost         BIGINT  NOT NULL,
    wants_review BOOLEAN NOT NULL,
    PRIMARY KEY (org, incident, id)
);
CREATE INDEX restoring_action_unreviewed ON restoring_action (org, opened_at)
    WHERE wants_review = TRUE;
CREATE INDEX restoring_action_held ON restoring_action (org, due) WHERE due IS NOT NULL;

CREATE TABLE relation (
    org        TEXT NOT NULL,
    from_id    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    to_id      TEXT NOT NULL,
    PRIMARY KEY (org, from_id, kind, to_id)
);
CREATE INDEX relation_back ON relation (org, to_id, kind, from_id);

CREATE TABLE event (
    org         TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    seq         BIGINT  NOT NULL,
    number      TEXT    NOT NULL,
    version     BIGINT  NOT NULL,
    sort        TEXT    NOT NULL,
    title       TEXT    NOT NULL,
    channel     TEXT    NOT NULL,
    standing    TEXT    NOT NULL,
    ground      TEXT,
    incident    TEXT,
    service     TEXT,
    reporter    TEXT    NOT NULL,
    source      TEXT,
    external_id TEXT,
    received_at BIGINT  NOT NULL,
    decided_at  BIGINT,
    decided_by  TEXT,
    is_sensitive BOOLEAN NOT NULL,
    cleared_at  BIGINT,
    PRIMARY KEY (org, id)
);
CREATE INDEX event_source ON event (org, source, received_at) WHERE source IS NOT NULL;
CREATE INDEX event_standing ON event (org, standing, seq);
CREATE INDEX event_newest ON event (org, seq);
CREATE INDEX event_reporter ON event (org, reporter, seq);
CREATE INDEX event_incident ON event (org, incident) WHERE incident IS NOT NULL;
CREATE INDEX event_external ON event (org, source, external_id) WHERE source IS NOT NULL;

CREATE TABLE evidence (
    org           TEXT    NOT NULL,
    id            TEXT    NOT NULL,
    seq           BIGINT  NOT NULL,
    number        TEXT    NOT NULL,
    version       BIGINT  NOT NULL,
    incident      TEXT    NOT NULL,
    sort          TEXT    NOT NULL,
    title         TEXT    NOT NULL,
    standing      TEXT    NOT NULL,
    asset         TEXT,
    holder        TEXT,
    assignee      TEXT,
    tlp           TEXT    NOT NULL,
    sha256        TEXT,
    size_bytes    BIGINT,
    verified      TEXT,
    verified_at   BIGINT,
    holds         BIGINT  NOT NULL,
    wanted_until  BIGINT,
    registered_at BIGINT  NOT NULL,
    asked         TEXT,
    PRIMARY KEY (org, id)
);
CREATE INDEX evidence_incident ON evidence (org, incident, seq);
CREATE INDEX evidence_newest ON evidence (org, seq);
CREATE INDEX evidence_number ON evidence (org, number);
CREATE INDEX evidence_bytes ON evidence (org, sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX evidence_asked ON evidence (org, asked) WHERE asked IS NOT NULL;

-- Who had a hand in an item, and sees it although the lane of security is closed to them.
CREATE TABLE evidence_party (
    org       TEXT NOT NULL,
    evidence  TEXT NOT NULL,
    principal TEXT NOT NULL,
    PRIMARY KEY (org, evidence, principal)
);
CREATE INDEX evidence_party_of ON evidence_party (org, principal, evidence);

CREATE TABLE asset (
    org        TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    version    BIGINT  NOT NULL,
    name       TEXT    NOT NULL,
    asset_type TEXT    NOT NULL,
    is_retired BOOLEAN NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE INDEX asset_name ON asset (org, name, id);

CREATE TABLE fault_review (
    org       TEXT   NOT NULL,
    id        TEXT   NOT NULL,
    from_at   BIGINT NOT NULL,
    until_at  BIGINT NOT NULL,
    faults    BIGINT NOT NULL,
    signals   BIGINT NOT NULL,
    digest    TEXT   NOT NULL,
    signed_by TEXT   NOT NULL,
    signed_at BIGINT NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE INDEX fault_review_newest ON fault_review (org, until_at);

CREATE TABLE maintenance (
    org      TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    seq      BIGINT  NOT NULL,
    number   TEXT    NOT NULL,
    version  BIGINT  NOT NULL,
    title    TEXT    NOT NULL,
    stage    TEXT    NOT NULL,
    is_over  BOOLEAN NOT NULL,
    from_at  BIGINT  NOT NULL,
    until_at BIGINT  NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE INDEX maintenance_listed ON maintenance (org, is_over, from_at, id);

CREATE TABLE announcement (
    org      TEXT    NOT NULL,
    page     TEXT    NOT NULL,
    incident TEXT    NOT NULL,
    is_open  BOOLEAN NOT NULL,
    began_at BIGINT  NOT NULL,
    said_at  BIGINT  NOT NULL,
    said     BIGINT  NOT NULL,
    state    TEXT    NOT NULL,
    PRIMARY KEY (org, page, incident)
);
CREATE INDEX announcement_shown ON announcement (org, page, is_open, said_at);
CREATE INDEX announcement_of ON announcement (org, incident);
CREATE TABLE disclosure (
    org               TEXT    NOT NULL,
    id                TEXT    NOT NULL,
    seq               BIGINT  NOT NULL,
    number            TEXT    NOT NULL,
    version           BIGINT  NOT NULL,
    title             TEXT    NOT NULL,
    concern           TEXT    NOT NULL,
    mode              TEXT    NOT NULL,
    stage             TEXT    NOT NULL,
    outcome           TEXT,
    handler           TEXT,
    received_at       BIGINT  NOT NULL,
    acknowledged_at   BIGINT,
    acknowledge_by    BIGINT  NOT NULL,
    feedback_at       BIGINT,
    feedback_by       BIGINT  NOT NULL,
    closed_at         BIGINT,
    is_identity_asked BOOLEAN NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE INDEX disclosure_newest ON disclosure (org, seq);

-- Who must not know of one: people, and teams with whoever joins them.
CREATE TABLE disclosure_excluded (
    org        TEXT NOT NULL,
    disclosure TEXT NOT NULL,
    principal  TEXT NOT NULL,
    PRIMARY KEY (org, disclosure, principal)
);

CREATE TABLE alarm (
    org     TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    n       BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    actor   TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (org, subject, n)
);
CREATE INDEX alarm_newest ON alarm (org, at);

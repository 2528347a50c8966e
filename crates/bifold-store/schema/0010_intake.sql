-- What machines send. Stored before it is read; nothing here is a record, what comes of it is.
-- Times are in microseconds since the epoch.

-- By what a source is known. A token as its digest; a key that signs, sealed.
CREATE TABLE source_secret (
    org        TEXT   NOT NULL,
    source     TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    digest     TEXT   NOT NULL,
    sealed     TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org, source, name)
);
CREATE UNIQUE INDEX source_secret_digest ON source_secret (org, digest);

-- What came, byte for byte: as text where it is UTF-8 without NUL, else in base64.
CREATE TABLE inbound (
    org          TEXT    NOT NULL,
    id           BIGINT  NOT NULL,
    source       TEXT    NOT NULL,
    received_at  BIGINT  NOT NULL,
    content_type TEXT,
    headers      TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,
    size         BIGINT  NOT NULL,
    is_text      BOOLEAN NOT NULL,
    body         TEXT    NOT NULL,
    remarks      TEXT,
    error        TEXT,
    replay_of    BIGINT,
    PRIMARY KEY (org, id)
);
CREATE INDEX inbound_source ON inbound (org, source, id);
CREATE INDEX inbound_error ON inbound (org, id) WHERE error IS NOT NULL;

-- Where reading is: the last id given out, the last one read, the last one that was looked at for
-- being thrown away.
CREATE TABLE inbound_cursor (
    org       TEXT   NOT NULL,
    given     BIGINT NOT NULL,
    read_to   BIGINT NOT NULL,
    swept_to  BIGINT NOT NULL,
    fault_seq BIGINT NOT NULL,
    PRIMARY KEY (org)
);

-- The fault log: one row an occurrence, however often it was signalled (27001:2022 8.15).
CREATE TABLE fault (
    org          TEXT    NOT NULL,
    seq          BIGINT  NOT NULL,
    source       TEXT    NOT NULL,
    external_id  TEXT    NOT NULL,
    began_at     BIGINT  NOT NULL,
    is_latest    BOOLEAN NOT NULL,
    state        TEXT    NOT NULL,
    severity     TEXT    NOT NULL,
    title        TEXT    NOT NULL,
    service      TEXT,
    grouped      TEXT    NOT NULL,
    signal       TEXT    NOT NULL,
    first_at     BIGINT  NOT NULL,
    last_at      BIGINT  NOT NULL,
    ended_at     BIGINT,
    count        BIGINT  NOT NULL,
    offset_us    BIGINT,
    inbound      BIGINT,
    disposition  TEXT    NOT NULL,
    rule         TEXT,
    event        TEXT,
    look_at      BIGINT,
    PRIMARY KEY (org, seq)
);
CREATE UNIQUE INDEX fault_latest ON fault (org, source, external_id) WHERE is_latest = TRUE;
CREATE INDEX fault_occurrence ON fault (org, source, external_id, began_at);
CREATE INDEX fault_look ON fault (org, look_at) WHERE look_at IS NOT NULL;
CREATE INDEX fault_event ON fault (org, event) WHERE event IS NOT NULL;
CREATE INDEX fault_source ON fault (org, source, seq);
CREATE INDEX fault_inbound ON fault (org, inbound) WHERE inbound IS NOT NULL;

-- Which events are to be counted, and when that was done last: at most once in a while, however
-- fast their faults come.
CREATE TABLE event_tally (
    org        TEXT   NOT NULL,
    event      TEXT   NOT NULL,
    due_at     BIGINT,
    counted_at BIGINT NOT NULL,
    PRIMARY KEY (org, event)
);
CREATE INDEX event_tally_due ON event_tally (org, due_at) WHERE due_at IS NOT NULL;

-- How a source stands.
CREATE TABLE source_state (
    org            TEXT   NOT NULL,
    source         TEXT   NOT NULL,
    first_seen_at  BIGINT,
    last_seen_at   BIGINT,
    deliveries     BIGINT NOT NULL,
    signals        BIGINT NOT NULL,
    unread         BIGINT NOT NULL,
    let_go         BIGINT NOT NULL,
    PRIMARY KEY (org, source)
);

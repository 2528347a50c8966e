-- Telling people and programs what happened. No word of a record stands in these tables: what a
-- notice says is read from the record when it is shown or sent, by whoever may read it then.
-- Addresses and secrets are sealed with a key that is a file. Times are in microseconds since the
-- epoch.

-- Ways to a person, in the person's order.
CREATE TABLE channel (
    org         TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    person      TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    label       TEXT    NOT NULL,
    target      TEXT    NOT NULL,
    clearance   TEXT    NOT NULL,
    place       BIGINT  NOT NULL,
    code        TEXT,
    tries       BIGINT  NOT NULL,
    verified_at BIGINT,
    last_at     BIGINT,
    failures    BIGINT  NOT NULL,
    dead_at     BIGINT,
    is_refused  BOOLEAN NOT NULL,
    error       TEXT,
    created_at  BIGINT  NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE INDEX channel_person ON channel (org, person, place);

-- How a person wants to be told.
CREATE TABLE notify_rules (
    org    TEXT NOT NULL,
    person TEXT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (org, person)
);

-- What a person is told: the inbox, and what deliveries are planned from. Written in the
-- transaction of the command that causes it.
CREATE TABLE notice (
    org          TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    person       TEXT   NOT NULL,
    occasion     TEXT   NOT NULL,
    urgency      TEXT   NOT NULL,
    subject_type TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    actor        TEXT,
    at           BIGINT NOT NULL,
    planned_at   BIGINT,
    warning      TEXT,
    read_at      BIGINT,
    PRIMARY KEY (org, id)
);
CREATE INDEX notice_inbox ON notice (org, person, at, id);
CREATE INDEX notice_unread ON notice (org, person, at) WHERE read_at IS NULL;
CREATE INDEX notice_unplanned ON notice (org, at) WHERE planned_at IS NULL;

-- A notice on one way: queued, sent, failed (given up), dead (refused), void (not to be told any
-- more), read (before its time came).
CREATE TABLE delivery (
    org       TEXT   NOT NULL,
    notice    TEXT   NOT NULL,
    channel   TEXT   NOT NULL,
    person    TEXT   NOT NULL,
    urgency   TEXT   NOT NULL,
    state     TEXT   NOT NULL,
    queued_at BIGINT NOT NULL,
    due_at    BIGINT NOT NULL,
    attempts  BIGINT NOT NULL,
    sent_at   BIGINT,
    receipt   TEXT,
    error     TEXT,
    PRIMARY KEY (org, notice, channel)
);
CREATE INDEX delivery_due ON delivery (org, due_at) WHERE state = 'queued';
CREATE INDEX delivery_channel ON delivery (org, channel, queued_at);

-- Other programs that are told. The cursor is the last ledger entry that was looked at: the ledger
-- itself is the queue that events come from.
CREATE TABLE webhook (
    org        TEXT   NOT NULL,
    id         TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    host       TEXT   NOT NULL,
    target     TEXT   NOT NULL,
    events     TEXT   NOT NULL,
    clearance  TEXT   NOT NULL,
    log        BIGINT NOT NULL,
    idx        BIGINT NOT NULL,
    failures   BIGINT NOT NULL,
    last_at    BIGINT,
    dead_at    BIGINT,
    error      TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org, id)
);

-- An event for one of them; the place in the ledger is its id.
CREATE TABLE webhook_delivery (
    org          TEXT   NOT NULL,
    webhook      TEXT   NOT NULL,
    log          BIGINT NOT NULL,
    idx          BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    subject_type TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    at           BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    due_at       BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    sent_at      BIGINT,
    receipt      TEXT,
    error        TEXT,
    PRIMARY KEY (org, webhook, log, idx)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (org, due_at) WHERE state = 'queued';

-- What ties the ledger to others: time-stamps of authorities (RFC 3161) and cosignatures of
-- witnesses (c2sp.org/tlog-cosignature). Times are in microseconds since the epoch.

-- Up to which size a log is to be stamped at once; the newest wish counts.
CREATE TABLE anchor_wish (
    org      TEXT   NOT NULL,
    log      BIGINT NOT NULL,
    size     BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (org, log)
);

-- Stamps that are there or wait. Round 0 is over a checkpoint, each further one over the answer
-- of the round before. Request and answer are DER, as base64.
CREATE TABLE anchor_stamp (
    org        TEXT   NOT NULL,
    log        BIGINT NOT NULL,
    size       BIGINT NOT NULL,
    authority  TEXT   NOT NULL,
    round      BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    queued_at  BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    answered_at BIGINT,
    request    TEXT,
    answer     TEXT,
    gen_time   BIGINT,
    expires_at BIGINT,
    error      TEXT,
    PRIMARY KEY (org, log, size, authority, round)
);
CREATE INDEX anchor_stamp_waiting ON anchor_stamp (org, state, next_at);
CREATE INDEX anchor_stamp_newest ON anchor_stamp (org, authority, log, round, size);

-- Cosignatures that were verified. The line is a signature line of the note.
CREATE TABLE anchor_cosignature (
    org     TEXT   NOT NULL,
    log     BIGINT NOT NULL,
    size    BIGINT NOT NULL,
    witness TEXT   NOT NULL,
    name    TEXT   NOT NULL,
    line    TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (org, log, size, witness)
);
CREATE INDEX anchor_cosignature_newest ON anchor_cosignature (org, log, witness, size);

-- When a witness is asked next about a log, and what went wrong last.
CREATE TABLE anchor_witness (
    org      TEXT   NOT NULL,
    log      BIGINT NOT NULL,
    witness  TEXT   NOT NULL,
    attempts BIGINT NOT NULL,
    next_at  BIGINT NOT NULL,
    error    TEXT,
    PRIMARY KEY (org, log, witness)
);

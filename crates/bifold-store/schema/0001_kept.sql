-- Kept tables: forward-only. Every table is keyed by organisation first.

CREATE TABLE organisation (
    org        TEXT   NOT NULL PRIMARY KEY,
    no         BIGINT NOT NULL UNIQUE,
    name       TEXT   NOT NULL,
    origin     TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE ledger_head (
    org               TEXT   NOT NULL PRIMARY KEY,
    log               BIGINT NOT NULL,
    frontier          TEXT   NOT NULL,
    last_at           BIGINT NOT NULL,
    directory_version BIGINT NOT NULL,
    log_n             BIGINT NOT NULL,
    log_prev          TEXT
);

CREATE TABLE ledger_entry (
    org          TEXT   NOT NULL,
    log          BIGINT NOT NULL,
    idx          BIGINT NOT NULL,
    subject_type TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    subject_n    BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    lane         TEXT,
    at           BIGINT NOT NULL,
    actor        TEXT   NOT NULL,
    leaf_hash    TEXT   NOT NULL,
    leaf         TEXT   NOT NULL,
    PRIMARY KEY (org, log, idx)
);
CREATE UNIQUE INDEX ledger_entry_subject ON ledger_entry (org, subject, subject_n);

CREATE TABLE ledger_disclosure (
    org         TEXT   NOT NULL,
    log         BIGINT NOT NULL,
    idx         BIGINT NOT NULL,
    disclosures TEXT   NOT NULL,
    PRIMARY KEY (org, log, idx)
);

CREATE TABLE ledger_redaction (
    org TEXT   NOT NULL,
    log BIGINT NOT NULL,
    idx BIGINT NOT NULL,
    by_idx BIGINT NOT NULL,
    PRIMARY KEY (org, log, idx, by_idx)
);

CREATE TABLE redaction_request (
    org          TEXT    NOT NULL,
    id           TEXT    NOT NULL,
    log          BIGINT  NOT NULL,
    idx          BIGINT  NOT NULL,
    names        TEXT    NOT NULL,
    basis        TEXT    NOT NULL,
    requested_by TEXT    NOT NULL,
    requested_at BIGINT  NOT NULL,
    done         BOOLEAN NOT NULL,
    PRIMARY KEY (org, id)
);

CREATE TABLE ledger_node (
    org   TEXT   NOT NULL,
    log   BIGINT NOT NULL,
    level BIGINT NOT NULL,
    n     BIGINT NOT NULL,
    hash  TEXT   NOT NULL,
    PRIMARY KEY (org, log, level, n)
);

CREATE TABLE ledger_checkpoint (
    org       TEXT   NOT NULL,
    log       BIGINT NOT NULL,
    size      BIGINT NOT NULL,
    root      TEXT   NOT NULL,
    note      TEXT   NOT NULL,
    signed_at BIGINT NOT NULL,
    PRIMARY KEY (org, log, size)
);

CREATE TABLE operation (
    org     TEXT   NOT NULL,
    key     TEXT   NOT NULL,
    digest  TEXT   NOT NULL,
    receipt TEXT   NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (org, key)
);

CREATE TABLE counter (
    org   TEXT   NOT NULL,
    name  TEXT   NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (org, name)
);

CREATE TABLE credential (
    org           TEXT   NOT NULL,
    email         TEXT   NOT NULL,
    person        TEXT   NOT NULL,
    password_hash TEXT   NOT NULL,
    changed_at    BIGINT NOT NULL,
    PRIMARY KEY (org, email)
);

CREATE TABLE session (
    org        TEXT   NOT NULL,
    token_hash TEXT   NOT NULL,
    person     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    PRIMARY KEY (org, token_hash)
);
CREATE INDEX session_person ON session (org, person);

CREATE TABLE api_token (
    org        TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    token_hash TEXT    NOT NULL,
    person     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT,
    revoked    BOOLEAN NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX api_token_hash ON api_token (org, token_hash);

CREATE TABLE login_failure (
    org      TEXT   NOT NULL,
    account  TEXT   NOT NULL,
    failures BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (org, account)
);

CREATE TABLE job (
    org      TEXT    NOT NULL,
    id       TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    payload  TEXT    NOT NULL,
    run_at   BIGINT  NOT NULL,
    attempts BIGINT  NOT NULL,
    error    TEXT,
    PRIMARY KEY (org, id)
);
CREATE INDEX job_due ON job (org, run_at);

CREATE TABLE blob (
    org        TEXT   NOT NULL,
    sha256     TEXT   NOT NULL,
    size_bytes BIGINT NOT NULL,
    kept_at    BIGINT NOT NULL,
    PRIMARY KEY (org, sha256)
);

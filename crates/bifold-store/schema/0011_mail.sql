-- Mail: what came of each message, and what is sent to people who wrote.
-- Times are in microseconds since the epoch.

CREATE TABLE mail (
    org        TEXT   NOT NULL,
    inbound    BIGINT NOT NULL,
    source     TEXT   NOT NULL,
    message_id TEXT,
    sender     TEXT,
    subject    TEXT,
    record     TEXT,
    became     TEXT   NOT NULL,
    reasons    TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (org, inbound)
);
CREATE INDEX mail_identity ON mail (org, source, message_id);
CREATE INDEX mail_record ON mail (org, record, at) WHERE record IS NOT NULL;
CREATE INDEX mail_source ON mail (org, source, inbound);

CREATE TABLE letter (
    org         TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    source      TEXT   NOT NULL,
    record      TEXT   NOT NULL,
    recipient   TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    letter      TEXT   NOT NULL,
    made_at     BIGINT NOT NULL,
    due_at      BIGINT,
    attempts    BIGINT NOT NULL,
    receipt     TEXT,
    error       TEXT,
    PRIMARY KEY (org, id)
);
CREATE INDEX letter_due ON letter (org, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX letter_recipient ON letter (org, recipient, made_at);
CREATE INDEX letter_record ON letter (org, record, made_at);

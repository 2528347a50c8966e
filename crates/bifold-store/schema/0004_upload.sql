-- Bytes of evidence that are still coming in. Nothing refers to them before they are sealed, and
-- what is never finished is thrown away.

CREATE TABLE upload (
    org            TEXT   NOT NULL,
    id             TEXT   NOT NULL,
    evidence       TEXT   NOT NULL,
    person         TEXT   NOT NULL,
    filename       TEXT,
    size_bytes     BIGINT NOT NULL,
    received_bytes BIGINT NOT NULL,
    started_at     BIGINT NOT NULL,
    PRIMARY KEY (org, id)
);

-- The file outside the database that holds the data keys of disclosures, and which of its keys
-- are to be destroyed. A row of the latter is written with the redaction; the key is destroyed
-- right after the commit, and at the next start if that did not happen.

CREATE TABLE key_ring (
    org     TEXT   NOT NULL PRIMARY KEY,
    ring    TEXT   NOT NULL,
    made_at BIGINT NOT NULL
);

CREATE TABLE key_destroyed (
    org    TEXT   NOT NULL,
    log    BIGINT NOT NULL,
    idx    BIGINT NOT NULL,
    slot   BIGINT NOT NULL,
    by_idx BIGINT NOT NULL,
    digest TEXT   NOT NULL,
    request TEXT  NOT NULL,
    PRIMARY KEY (org, log, idx, slot)
);

-- With what somebody who reported without an account comes back. Like a session it is no fact,
-- and what is kept cannot be used.

CREATE TABLE report_receipt (
    org       TEXT   NOT NULL,
    code_hash TEXT   NOT NULL,
    event     TEXT   NOT NULL,
    reporter  TEXT   NOT NULL,
    added_at  BIGINT NOT NULL,
    PRIMARY KEY (org, code_hash, event)
);

-- Who wants to be told what stands on a status page, and of what they were told.
-- Times are in microseconds since the epoch.

CREATE TABLE subscription (
    org          TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    page         TEXT   NOT NULL,
    address      TEXT   NOT NULL,
    components   TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    confirmed_at BIGINT,
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX subscription_one ON subscription (org, page, address);

CREATE TABLE told (
    org   TEXT   NOT NULL,
    page  TEXT   NOT NULL,
    about TEXT   NOT NULL,
    at    BIGINT NOT NULL,
    PRIMARY KEY (org, page, about, at)
);

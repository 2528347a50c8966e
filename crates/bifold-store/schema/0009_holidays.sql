-- Feeds of holidays: what was fetched last, as it came. What a feed proposes is computed from it
-- and from the calendar; what was decided stands in the policy. Times are in microseconds since
-- the epoch.
CREATE TABLE holiday_feed (
    org        TEXT   NOT NULL,
    calendar   TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    body       TEXT,
    fetched_at BIGINT,
    tried_at   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    failures   BIGINT NOT NULL,
    error      TEXT,
    -- The proposals of which people were told last.
    told       TEXT,
    PRIMARY KEY (org, calendar)
);

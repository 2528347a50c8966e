-- What belongs to a person and is no fact about an incident: how pages look, which queues they
-- keep by name.

CREATE TABLE preference (
    org    TEXT NOT NULL,
    person TEXT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (org, person)
);

CREATE TABLE saved_view (
    org        TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL,
    is_shared  BOOLEAN NOT NULL,
    team       TEXT,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (org, id)
);
CREATE UNIQUE INDEX saved_view_name ON saved_view (org, owner, name);
CREATE INDEX saved_view_shared ON saved_view (org, team) WHERE is_shared = TRUE;

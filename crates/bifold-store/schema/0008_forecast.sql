-- Forecasts of missed targets: what was learned last, and what it says of open incidents. Neither
-- is a record: both can be made anew from the incidents at any time. Times are in microseconds
-- since the epoch.

-- The model, or why there is none yet.
CREATE TABLE forecast_model (
    org        TEXT   NOT NULL,
    trained_at BIGINT NOT NULL,
    closed     BIGINT NOT NULL,
    breached   BIGINT NOT NULL,
    stopped    BIGINT NOT NULL,
    model      TEXT,
    PRIMARY KEY (org)
);

-- What was said last of an open incident: the greatest of its clocks, in thousandths.
CREATE TABLE forecast (
    org      TEXT   NOT NULL,
    incident TEXT   NOT NULL,
    version  BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    permille BIGINT,
    PRIMARY KEY (org, incident)
);
CREATE INDEX forecast_at ON forecast (org, at);

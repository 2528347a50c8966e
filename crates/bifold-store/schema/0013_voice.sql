-- The confidential channel. A receipt opens one disclosure, and says neither when nor by whom it
-- was given; its code is kept only as a digest. The vault holds what a reporter said of themselves
-- in trust, sealed with a key of its own that lies outside the database.

CREATE TABLE disclosure_receipt (
    org        TEXT NOT NULL,
    code_hash  TEXT NOT NULL,
    disclosure TEXT NOT NULL,
    PRIMARY KEY (org, code_hash)
);

CREATE TABLE identity_vault (
    org        TEXT NOT NULL,
    disclosure TEXT NOT NULL,
    sealed     TEXT NOT NULL,
    PRIMARY KEY (org, disclosure)
);

-- Groups in groups, and what prompts and models were before they were changed. Times are epoch milliseconds.
-- up
-- no foreign key: SQLite could not drop the column again; whoever deletes a group moves those in it up
ALTER TABLE team ADD COLUMN parent_id TEXT;
CREATE INDEX team_parent ON team (parent_id);

-- snapshot: the client's JSON; seq gives the order
CREATE TABLE version (
    seq {{seq}},
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    thing_id TEXT NOT NULL,
    parent_id TEXT,
    account_id TEXT REFERENCES account (id) ON DELETE SET NULL,
    message TEXT NOT NULL DEFAULT '',
    snapshot TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX version_thing ON version (kind, thing_id, seq);
CREATE INDEX version_account ON version (account_id);

ALTER TABLE prompt ADD COLUMN version_id TEXT;
ALTER TABLE model ADD COLUMN version_id TEXT;

-- down
ALTER TABLE model DROP COLUMN version_id;
ALTER TABLE prompt DROP COLUMN version_id;
DROP TABLE version;
DROP INDEX team_parent;
ALTER TABLE team DROP COLUMN parent_id;

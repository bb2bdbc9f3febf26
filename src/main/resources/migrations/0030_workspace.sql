-- Groups and what is shared with them, prompts, ratings, files. Times are epoch milliseconds.
-- up
-- "group" is a word of SQL
CREATE TABLE team (
    id TEXT PRIMARY KEY,
    account_id TEXT REFERENCES account (id) ON DELETE SET NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    permissions TEXT NOT NULL DEFAULT '{}',
    data TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX team_name ON team (lower(name));
CREATE INDEX team_account ON team (account_id);

CREATE TABLE team_member (
    team_id TEXT NOT NULL REFERENCES team (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (team_id, account_id)
);
CREATE INDEX team_member_account ON team_member (account_id);

-- principal_kind user or group; principal_id '*' is everybody
CREATE TABLE access_grant (
    resource_kind TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    principal_kind TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    permission TEXT NOT NULL,
    PRIMARY KEY (resource_kind, resource_id, principal_kind, principal_id, permission)
);
CREATE INDEX access_grant_principal ON access_grant (principal_kind, principal_id, resource_kind);

CREATE TABLE prompt (
    id TEXT PRIMARY KEY,
    account_id TEXT REFERENCES account (id) ON DELETE SET NULL,
    command TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    data TEXT NOT NULL DEFAULT '{}',
    meta TEXT NOT NULL DEFAULT '{}',
    tags TEXT NOT NULL DEFAULT '[]',
    active INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX prompt_account ON prompt (account_id);

CREATE TABLE feedback (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    model TEXT NOT NULL DEFAULT '',
    data TEXT NOT NULL DEFAULT '{}',
    meta TEXT NOT NULL DEFAULT '{}',
    snapshot TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX feedback_account ON feedback (account_id, created_at);
CREATE INDEX feedback_updated ON feedback (updated_at, id);
CREATE INDEX feedback_model ON feedback (model);

-- the bytes of a blob are a file below the data folder, named by their hash
CREATE TABLE blob (
    hash TEXT PRIMARY KEY,
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE file (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    blob_hash TEXT NOT NULL REFERENCES blob (hash),
    status TEXT NOT NULL,
    error TEXT,
    meta TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    content TEXT
);
CREATE INDEX file_account ON file (account_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX file_blob ON file (blob_hash);

-- down
DROP TABLE file;
DROP TABLE blob;
DROP TABLE feedback;
DROP TABLE prompt;
DROP TABLE access_grant;
DROP TABLE team_member;
DROP TABLE team;

-- Workflows: apps that call them, their descriptions, and runs step by step. Times are epoch milliseconds.
-- up
CREATE TABLE wf_app (
    id TEXT PRIMARY KEY,
    account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    api_key TEXT NOT NULL UNIQUE,
    secret_enc TEXT NOT NULL,
    tenant INTEGER NOT NULL DEFAULT 0,
    platforms INTEGER NOT NULL DEFAULT 0,
    active INTEGER NOT NULL DEFAULT 1,
    moderated INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);
CREATE INDEX wf_app_account ON wf_app (account_id);

-- what drafts, versions and runs point to, by the SHA-256 of the text
CREATE TABLE wf_definition (
    hash TEXT PRIMARY KEY,
    data TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE wf_flow (
    id TEXT PRIMARY KEY,
    account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
    app_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    hash TEXT NOT NULL REFERENCES wf_definition (hash),
    status INTEGER NOT NULL DEFAULT 0,
    release_status INTEGER NOT NULL DEFAULT 0,
    source INTEGER NOT NULL DEFAULT 0,
    tag INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX wf_flow_account ON wf_flow (account_id, updated_at);
CREATE INDEX wf_flow_app ON wf_flow (app_id, updated_at);
CREATE INDEX wf_flow_hash ON wf_flow (hash);

-- tag 1: a row to compare with, which may change; others never do
CREATE TABLE wf_version (
    flow_id TEXT NOT NULL REFERENCES wf_flow (id) ON DELETE CASCADE,
    version TEXT NOT NULL,
    hash TEXT NOT NULL REFERENCES wf_definition (hash),
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    tag INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (flow_id, version)
);
CREATE INDEX wf_version_hash ON wf_version (hash);

CREATE TABLE wf_binding (
    app_id TEXT NOT NULL,
    flow_id TEXT NOT NULL REFERENCES wf_flow (id) ON DELETE CASCADE,
    active INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (app_id, flow_id)
);
CREATE INDEX wf_binding_flow ON wf_binding (flow_id);

CREATE TABLE wf_run (
    id TEXT PRIMARY KEY,
    sid TEXT NOT NULL,
    flow_id TEXT NOT NULL,
    version TEXT NOT NULL,
    hash TEXT NOT NULL,
    called TEXT NOT NULL DEFAULT '{}',
    app_id TEXT NOT NULL,
    account_id TEXT,
    uid TEXT NOT NULL DEFAULT '',
    chat_id TEXT NOT NULL DEFAULT '',
    mode TEXT NOT NULL,
    streams INTEGER NOT NULL DEFAULT 1,
    kind TEXT NOT NULL DEFAULT 'run',
    parent_id TEXT,
    status TEXT NOT NULL,
    event_id TEXT NOT NULL,
    input TEXT NOT NULL,
    result TEXT,
    code INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    tokens_in BIGINT NOT NULL DEFAULT 0,
    tokens_out BIGINT NOT NULL DEFAULT 0,
    micro_usd BIGINT NOT NULL DEFAULT 0,
    node_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX wf_run_flow ON wf_run (flow_id, created_at, id);
CREATE INDEX wf_run_sid ON wf_run (sid);
CREATE INDEX wf_run_created ON wf_run (created_at);
CREATE INDEX wf_run_hash ON wf_run (hash);
CREATE INDEX wf_run_live ON wf_run (node_id) WHERE status = 'running';

CREATE TABLE wf_step (
    run_id TEXT NOT NULL REFERENCES wf_run (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    flow_node TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    status TEXT NOT NULL,
    handle TEXT NOT NULL,
    inputs TEXT NOT NULL,
    outputs TEXT NOT NULL,
    errors TEXT,
    code INTEGER NOT NULL,
    message TEXT NOT NULL,
    tokens_in BIGINT NOT NULL,
    tokens_out BIGINT NOT NULL,
    micro_usd BIGINT NOT NULL,
    raw TEXT NOT NULL,
    pieces TEXT NOT NULL,
    start_no BIGINT NOT NULL,
    end_no BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    PRIMARY KEY (run_id, path)
);

-- some frames in one row; each has its line in json and in marks
CREATE TABLE wf_frame (
    run_id TEXT NOT NULL REFERENCES wf_run (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    count INTEGER NOT NULL,
    json TEXT NOT NULL,
    marks TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
);

-- what a run waits for; a run has at most one at a time
CREATE TABLE wf_wait (
    run_id TEXT PRIMARY KEY REFERENCES wf_run (id) ON DELETE CASCADE,
    event_id TEXT NOT NULL UNIQUE,
    path TEXT NOT NULL,
    kind TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    must_reply INTEGER NOT NULL,
    value TEXT NOT NULL,
    state TEXT NOT NULL,
    how TEXT,
    answer TEXT,
    deadline BIGINT NOT NULL,
    asked_at BIGINT NOT NULL
);
CREATE INDEX wf_wait_deadline ON wf_wait (state, deadline);

CREATE TABLE wf_variable (
    flow_id TEXT NOT NULL,
    app_id TEXT NOT NULL,
    uid TEXT NOT NULL,
    chat_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (flow_id, app_id, uid, chat_id, name)
);

CREATE TABLE wf_upload (
    id TEXT PRIMARY KEY,
    app_id TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX wf_upload_created ON wf_upload (created_at);

-- down
DROP TABLE wf_upload;
DROP TABLE wf_variable;
DROP TABLE wf_wait;
DROP TABLE wf_frame;
DROP TABLE wf_step;
DROP TABLE wf_run;
DROP TABLE wf_binding;
DROP TABLE wf_version;
DROP TABLE wf_flow;
DROP TABLE wf_definition;
DROP TABLE wf_app;

-- Ids are UUIDv7 as text, times epoch milliseconds, booleans 0 or 1, JSON is text. {{seq}} numbers rows by itself.
-- up
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    num BIGINT NOT NULL UNIQUE,
    email TEXT,
    username TEXT,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT,
    profile TEXT NOT NULL DEFAULT '{}',
    settings TEXT NOT NULL DEFAULT '{}',
    last_active_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX account_email ON account (lower(email)) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX account_username ON account (lower(username)) WHERE deleted_at IS NULL;
CREATE INDEX account_role ON account (role);

CREATE TABLE login (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX login_account ON login (account_id);
CREATE INDEX login_expires ON login (expires_at);

CREATE TABLE api_key (
    id TEXT PRIMARY KEY,
    account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    secret_enc TEXT,
    scopes TEXT NOT NULL DEFAULT '[]',
    active INTEGER NOT NULL DEFAULT 1,
    expires_at BIGINT,
    last_used_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX api_key_account ON api_key (account_id);

CREATE TABLE audit (
    seq {{seq}},
    at BIGINT NOT NULL,
    account_id TEXT REFERENCES account (id) ON DELETE SET NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    ip TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_account ON audit (account_id);

CREATE TABLE connection (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    secret_enc TEXT,
    config TEXT NOT NULL DEFAULT '{}',
    position INTEGER NOT NULL DEFAULT 0,
    enabled INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE model (
    id TEXT PRIMARY KEY,
    account_id TEXT REFERENCES account (id) ON DELETE SET NULL,
    base_id TEXT,
    name TEXT NOT NULL,
    params TEXT NOT NULL DEFAULT '{}',
    meta TEXT NOT NULL DEFAULT '{}',
    active INTEGER NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX model_account ON model (account_id);

-- model_id names any model of the catalogue, also those without a row in model
CREATE TABLE model_route (
    model_id TEXT NOT NULL,
    connection_id TEXT NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    upstream_name TEXT NOT NULL,
    weight INTEGER NOT NULL DEFAULT 1,
    priority INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (model_id, connection_id, upstream_name)
);
CREATE INDEX model_route_connection ON model_route (connection_id);

-- amount: micro-USD, tokens or calls, as metric says
CREATE TABLE budget (
    id TEXT PRIMARY KEY,
    scope_kind TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    period TEXT NOT NULL,
    metric TEXT NOT NULL,
    amount BIGINT NOT NULL,
    UNIQUE (scope_kind, scope_id, period, metric)
);

CREATE TABLE budget_use (
    budget_id TEXT NOT NULL REFERENCES budget (id) ON DELETE CASCADE,
    period_start BIGINT NOT NULL,
    used BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (budget_id, period_start)
);

-- no foreign keys: what was spent outlives the account
CREATE TABLE usage (
    seq {{seq}},
    call_id TEXT NOT NULL UNIQUE,
    at BIGINT NOT NULL,
    account_id TEXT,
    key_id TEXT,
    surface TEXT NOT NULL,
    ref_kind TEXT NOT NULL,
    ref_id TEXT NOT NULL,
    model TEXT NOT NULL,
    connection_id TEXT,
    tokens_in BIGINT NOT NULL DEFAULT 0,
    tokens_out BIGINT NOT NULL DEFAULT 0,
    tokens_cached BIGINT NOT NULL DEFAULT 0,
    estimated INTEGER NOT NULL DEFAULT 0,
    micro_usd BIGINT NOT NULL DEFAULT 0,
    first_ms BIGINT NOT NULL DEFAULT 0,
    total_ms BIGINT NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 1,
    status INTEGER NOT NULL
);
CREATE INDEX usage_account ON usage (account_id, at);
CREATE INDEX usage_key ON usage (key_id, at);
CREATE INDEX usage_at ON usage (at);

-- day: days since 1970-01-01 UTC; '' instead of NULL, because the key needs values
CREATE TABLE usage_day (
    day BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    key_id TEXT NOT NULL,
    model TEXT NOT NULL,
    calls BIGINT NOT NULL DEFAULT 0,
    tokens_in BIGINT NOT NULL DEFAULT 0,
    tokens_out BIGINT NOT NULL DEFAULT 0,
    micro_usd BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (day, account_id, key_id, model)
);

CREATE TABLE folder (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    parent_id TEXT REFERENCES folder (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    data TEXT NOT NULL DEFAULT '{}',
    meta TEXT NOT NULL DEFAULT '{}',
    expanded INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX folder_name ON folder (account_id, coalesce(parent_id, ''), lower(name)) WHERE deleted_at IS NULL;
CREATE INDEX folder_account ON folder (account_id);
CREATE INDEX folder_parent ON folder (parent_id);

CREATE TABLE chat (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    current_id TEXT,
    folder_id TEXT REFERENCES folder (id) ON DELETE SET NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    archived INTEGER NOT NULL DEFAULT 0,
    share_id TEXT UNIQUE,
    meta TEXT NOT NULL DEFAULT '{}',
    last_read_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX chat_list ON chat (account_id, archived, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX chat_account ON chat (account_id);
CREATE INDEX chat_folder ON chat (folder_id, updated_at);

-- the long columns last: what lists and comparisons read is then in the row's first page
CREATE TABLE message (
    seq {{seq}},
    chat_id TEXT NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    parent_id TEXT,
    role TEXT NOT NULL,
    model TEXT,
    body_hash BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    tokens BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    content TEXT NOT NULL,
    body TEXT NOT NULL DEFAULT '{}',
    UNIQUE (chat_id, id)
);
CREATE INDEX message_children ON message (chat_id, parent_id, seq);

-- only sqlite
-- the index keeps no copy of the text; rowid = message.seq
CREATE VIRTUAL TABLE message_search USING fts5(
    text, content='', contentless_delete=1, tokenize="unicode61 remove_diacritics 0 categories 'L* N* M*'"
);
-- fires for cascades, too
CREATE TRIGGER message_search_delete AFTER DELETE ON message BEGIN
    DELETE FROM message_search WHERE rowid = old.seq;
END;
-- only postgresql
CREATE TABLE message_search (
    seq BIGINT PRIMARY KEY REFERENCES message (seq) ON DELETE CASCADE,
    text tsvector NOT NULL
);
CREATE INDEX message_search_text ON message_search USING gin (text);
-- both

CREATE TABLE turn (
    chat_id TEXT NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    node_id TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    PRIMARY KEY (chat_id, message_id)
);
CREATE INDEX turn_node ON turn (node_id);

CREATE TABLE tag (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    meta TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (account_id, id)
);

CREATE TABLE chat_tag (
    chat_id TEXT NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL,
    tag_id TEXT NOT NULL,
    PRIMARY KEY (chat_id, account_id, tag_id),
    FOREIGN KEY (account_id, tag_id) REFERENCES tag (account_id, id) ON DELETE CASCADE
);
CREATE INDEX chat_tag_tag ON chat_tag (account_id, tag_id);

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT REFERENCES account (id) ON DELETE SET NULL
);
CREATE INDEX setting_updated_by ON setting (updated_by);

CREATE TABLE node (
    id TEXT PRIMARY KEY,
    address TEXT NOT NULL,
    version TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

-- node_id without a foreign key: a node that is gone leaves it behind, which is how its jobs are found
CREATE TABLE job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    dedupe TEXT,
    payload TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    run_at BIGINT NOT NULL,
    node_id TEXT,
    error TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX job_dedupe ON job (kind, dedupe) WHERE state IN ('ready', 'running');
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_node ON job (node_id);

-- down
DROP TABLE job;
DROP TABLE node;
DROP TABLE setting;
DROP TABLE chat_tag;
DROP TABLE tag;
DROP TABLE turn;
DROP TABLE message_search;
DROP TABLE message;
DROP TABLE chat;
DROP TABLE folder;
DROP TABLE usage_day;
DROP TABLE usage;
DROP TABLE budget_use;
DROP TABLE budget;
DROP TABLE model_route;
DROP TABLE model;
DROP TABLE connection;
DROP TABLE audit;
DROP TABLE api_key;
DROP TABLE login;
DROP TABLE account;

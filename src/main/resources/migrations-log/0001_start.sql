-- The log of requests: on SQLite a file of its own, so that its retention never blocks chats.
-- up
CREATE TABLE request (
    seq {{seq}},
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    surface TEXT NOT NULL,
    account_id TEXT,
    key_id TEXT,
    model TEXT,
    status INTEGER NOT NULL,
    bytes_in BIGINT NOT NULL DEFAULT 0,
    bytes_out BIGINT NOT NULL DEFAULT 0,
    first_ms BIGINT NOT NULL DEFAULT 0,
    total_ms BIGINT NOT NULL DEFAULT 0,
    error TEXT
);
CREATE INDEX request_at ON request (at, status);
CREATE INDEX request_key ON request (key_id, at);
CREATE INDEX request_model ON request (model, at);

CREATE TABLE request_body (
    seq BIGINT PRIMARY KEY REFERENCES request (seq) ON DELETE CASCADE,
    request {{bytes}},
    response {{bytes}}
);

-- down
DROP TABLE request_body;
DROP TABLE request;

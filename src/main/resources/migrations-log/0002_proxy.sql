-- What passed through the transparent proxy: figures a minute and path, the last calls, and its running log.
-- up
CREATE TABLE proxy_minute (
    minute BIGINT NOT NULL,
    path TEXT NOT NULL,
    calls BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    nanos BIGINT NOT NULL,
    histogram TEXT NOT NULL,
    PRIMARY KEY (minute, path)
);

CREATE TABLE proxy_call (
    seq {{seq}},
    id TEXT NOT NULL,
    at BIGINT NOT NULL,
    path TEXT NOT NULL,
    method TEXT NOT NULL,
    status INTEGER NOT NULL,
    upstream_status INTEGER NOT NULL,
    bytes BIGINT NOT NULL,
    nanos BIGINT NOT NULL,
    error TEXT,
    content TEXT
);
CREATE INDEX proxy_call_failed ON proxy_call (seq) WHERE status >= 400;

CREATE TABLE proxy_log (
    seq {{seq}},
    at BIGINT NOT NULL,
    level TEXT NOT NULL,
    path TEXT NOT NULL,
    request_id TEXT NOT NULL,
    message TEXT NOT NULL,
    body TEXT
);
CREATE INDEX proxy_log_at ON proxy_log (at);
CREATE INDEX proxy_log_level ON proxy_log (level, at);

-- down
DROP TABLE proxy_log;
DROP TABLE proxy_call;
DROP TABLE proxy_minute;

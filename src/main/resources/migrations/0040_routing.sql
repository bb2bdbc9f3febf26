-- up
-- without the foreign key: connections of the environment have no row; nothing has written here before
DROP TABLE model_route;
CREATE TABLE model_route (
    model_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    upstream_name TEXT NOT NULL,
    weight INTEGER NOT NULL DEFAULT 1,
    priority INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (model_id, connection_id, upstream_name)
);
CREATE INDEX model_route_connection ON model_route (connection_id);

-- the tries of a model call, where there was more than one or it failed; no foreign keys, as in usage
CREATE TABLE usage_attempt (
    call_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    connection_id TEXT NOT NULL,
    upstream_name TEXT NOT NULL,
    status INTEGER NOT NULL,
    code TEXT NOT NULL,
    total_ms BIGINT NOT NULL,
    PRIMARY KEY (call_id, attempt)
);

-- down
DROP TABLE usage_attempt;
DROP TABLE model_route;
CREATE TABLE model_route (
    model_id TEXT NOT NULL,
    connection_id TEXT NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    upstream_name TEXT NOT NULL,
    weight INTEGER NOT NULL DEFAULT 1,
    priority INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (model_id, connection_id, upstream_name)
);
CREATE INDEX model_route_connection ON model_route (connection_id);

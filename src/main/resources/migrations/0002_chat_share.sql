-- body: the chat as it was when it was shared; grants: JSON list of who may read it
-- up
CREATE TABLE chat_share (
    id TEXT PRIMARY KEY,
    chat_id TEXT NOT NULL UNIQUE REFERENCES chat (id) ON DELETE CASCADE,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    title TEXT NOT NULL,
    grants TEXT NOT NULL DEFAULT '[]',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX chat_share_account ON chat_share (account_id, updated_at);

-- down
DROP TABLE chat_share;

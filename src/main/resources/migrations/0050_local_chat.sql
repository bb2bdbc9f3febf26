-- up
-- the sessions of the local-chat API among all chats of an account
CREATE INDEX chat_session ON chat (account_id, updated_at, id) WHERE kind = 'local' AND deleted_at IS NULL;

-- down
DROP INDEX chat_session;

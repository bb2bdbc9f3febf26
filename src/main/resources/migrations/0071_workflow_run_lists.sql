-- Lists of the runs of an account over all workflows.
-- up
CREATE INDEX wf_run_account ON wf_run (account_id, created_at, id);

-- down
DROP INDEX wf_run_account;
